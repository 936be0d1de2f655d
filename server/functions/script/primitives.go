package script

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // SHA-1 is part of Web Crypto's digest: some signatures still need it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"github.com/dop251/goja"
	"github.com/google/uuid"
)

// primitives is web.js' `host`: the little that JavaScript cannot do itself.
func (i *isolate) primitives() goja.Value {
	host := i.vm.NewObject()
	env := i.vm.NewObject()
	for name, value := range i.fn.host.cfg.Variables() {
		_ = env.Set(name, value) // a plain object takes any member
	}
	for name, value := range map[string]any{
		"limit": i.fn.host.cfg.MemoryMiB << 20, "env": env, "log": i.log, "timer": i.timer, "clear": i.clear, "fetch": i.fetch, "query": i.query,
		"parseURL": i.parseURL, "parseQuery": i.parseQuery, "formatQuery": formatQuery,
		"encode": func(s string) goja.ArrayBuffer { return i.vm.NewArrayBuffer([]byte(s)) },
		"decode": func(b goja.ArrayBuffer) string { return strings.ToValidUTF8(string(b.Bytes()), "\uFFFD") },
		"btoa":   i.btoa, "atob": i.atob, "uuid": uuid.NewString, "digest": i.digest, "random": i.random,
	} {
		_ = host.Set(name, value)
	}
	return host
}

// longestPause is that of browsers, in ms.
const longestPause = 1<<31 - 1

// timer runs fn after a pause, and again and again if repeat is set.
func (i *isolate) timer(fn goja.Callable, ms float64, repeat bool) int64 {
	t := i.now
	t.last++
	id := t.last
	pause := time.Duration(min(max(ms, 1), longestPause) * float64(time.Millisecond))
	var fire func()
	fire = func() {
		t.post(func() error {
			if _, alive := t.timers[id]; !alive {
				return nil
			}
			delete(t.timers, id)
			if repeat {
				t.timers[id] = time.AfterFunc(pause, fire)
			}
			_, err := fn(goja.Undefined())
			return err
		})
	}
	t.timers[id] = time.AfterFunc(pause, fire)
	return id
}

func (i *isolate) clear(id int64) {
	if timer, ok := i.now.timers[id]; ok {
		timer.Stop()
		delete(i.now.timers, id)
	}
}

// parseURL answers a URL's parts, or null for none.
func (i *isolate) parseURL(text, base string) any {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil
	}
	if base != "" {
		b, err := url.Parse(base)
		if err != nil || b.Scheme == "" {
			return nil
		}
		u = b.ResolveReference(u)
	}
	if u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "" {
		return nil
	}
	parts := map[string]any{
		"protocol": u.Scheme + ":", "hostname": strings.ToLower(u.Hostname()), "port": u.Port(), "pathname": u.EscapedPath(),
		"search": "", "hash": "", "username": "", "password": "",
	}
	if parts["pathname"] == "" && u.Host != "" {
		parts["pathname"] = "/"
	}
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		parts["port"] = ""
	}
	if u.RawQuery != "" {
		parts["search"] = "?" + u.RawQuery
	}
	if u.Fragment != "" {
		parts["hash"] = "#" + u.EscapedFragment()
	}
	if u.User != nil {
		parts["username"] = url.PathEscape(u.User.Username())
		password, _ := u.User.Password()
		parts["password"] = url.PathEscape(password)
	}
	object := i.vm.NewObject()
	for name, value := range parts {
		_ = object.Set(name, value)
	}
	return object
}

// parseQuery answers the pairs of a query in their order, as url.Values cannot.
func (i *isolate) parseQuery(text string) goja.Value {
	var pairs []any
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, i.vm.NewArray(unescape(name), unescape(value)))
	}
	return i.vm.NewArray(pairs...)
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func formatQuery(pairs [][]string) string {
	parts := make([]string, len(pairs))
	for n, pair := range pairs {
		parts[n] = url.QueryEscape(pair[0]) + "=" + url.QueryEscape(pair[1])
	}
	return strings.Join(parts, "&")
}

func (i *isolate) btoa(text string) string {
	raw := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			i.throw("btoa takes characters up to U+00FF")
		}
		raw = append(raw, byte(r&0xff))
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func (i *isolate) atob(text string) string {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.Join(strings.Fields(text), ""), "="))
	if err != nil {
		i.throw("atob takes base64")
	}
	runes := make([]rune, len(raw))
	for n, b := range raw {
		runes[n] = rune(b)
	}
	return string(runes)
}

func (i *isolate) random(n int) goja.ArrayBuffer {
	if n < 0 || n > 65536 {
		i.throw("getRandomValues gives up to 65536 bytes")
	}
	b := make([]byte, n)
	rand.Read(b)
	return i.vm.NewArrayBuffer(b)
}

func (i *isolate) digest(algorithm string, data goja.ArrayBuffer) goja.ArrayBuffer {
	var sum []byte
	switch strings.ToUpper(algorithm) {
	case "SHA-1":
		s := sha1.Sum(data.Bytes()) //nolint:gosec // see the import
		sum = s[:]
	case "SHA-256":
		s := sha256.Sum256(data.Bytes())
		sum = s[:]
	case "SHA-384":
		s := sha512.Sum384(data.Bytes())
		sum = s[:]
	case "SHA-512":
		s := sha512.Sum512(data.Bytes())
		sum = s[:]
	default:
		i.throw("digest knows SHA-1, SHA-256, SHA-384 and SHA-512")
	}
	return i.vm.NewArrayBuffer(sum)
}
