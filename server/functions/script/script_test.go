package script_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"howdah/server/config"
	"howdah/server/functions/script"
)

func settings(t *testing.T) config.Functions {
	t.Helper()
	c, err := config.Parse(map[string]string{"FUNCTION_GREETING": "hello", "SECRET": "hidden"})
	if err != nil {
		t.Fatal(err)
	}
	f := c.Functions
	f.Timeout, f.MemoryMiB = 30*time.Second, 1024 // memory is the process's, and other tests run beside
	return f
}

func host(t *testing.T, cfg config.Functions, files map[string]string) (*script.Host, map[string]error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, dir, name, text)
	}
	h := script.New(dir, cfg)
	_, failed := h.Load(t.Context())
	return h, failed
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func call(t *testing.T, h *script.Host, name, body string) (*script.Response, error) {
	t.Helper()
	in := &script.Request{URL: "http://localhost/functions/v1/" + name + "/rest?a=1&a=2", Method: "POST", Headers: [][2]string{{"X-Sent", "yes"}}, Body: []byte(body)}
	return h.Find(name).Run(t.Context(), in, func(_ context.Context, sql string, _ []any) ([]byte, error) {
		if sql == "fail" {
			return nil, errors.New("no")
		}
		return []byte(`[{"n": 1}]`), nil
	})
}

// Each file is a function whose answer's text is what is wanted.
func TestWhatFunctionsFindAroundThem(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/there", http.StatusFound)
			return
		}
		w.Header().Set("X-Method", r.Method+r.Header.Get("X-Given"))
		_, _ = w.Write([]byte("from " + r.URL.Path))
	}))
	t.Cleanup(elsewhere.Close)
	cfg := settings(t)
	cfg.AllowNetworks = []string{"127.0.0.0/8"}
	cases := map[string][2]string{
		"types":    {`interface Point { x: number }; const p: Point = { x: 1 }; export default (r: Request) => new Response(String(p?.x ?? 2))`, "1"},
		"requests": {`export default async (r) => new Response([r.method, new URL(r.url).searchParams.getAll('a'), r.headers.get('x-sent'), await r.text()].join())`, "POST,1,2,yes,body"},
		"json":     {`export default async (r) => Response.json({ got: await new Request('http://h/', { method: 'PUT', body: '{"a":[1]}' }).json() })`, `{"got":{"a":[1]}}`},
		"urls": {
			`export default () => { const u = new URL('../b?x=1#h', 'https://u:p@Host:443/a/c'); u.searchParams.set('y', 'ü &'); return new Response(u.href + ' ' + u.host) }`,
			"https://u:p@host/b?x=1&y=%C3%BC+%26#h host",
		},
		"headers":   {`export default () => { const h = new Headers({ A: '1' }); h.append('a', '2'); return new Response([...h].join(';')) }`, "a,1, 2"},
		"timers":    {`export default async () => { let n = 0; await new Promise((done) => { const id = setInterval(() => { if (++n === 3) { clearInterval(id); done() } }, 1) }); await new Promise((d) => setTimeout(d, 1)); return new Response('' + n) }`, "3"},
		"fetches":   {`export default async () => { const r = await fetch('` + elsewhere.URL + `/moved', { method: 'GET', headers: { 'x-given': '!' } }); return new Response(await r.text() + r.headers.get('x-method') + r.redirected) }`, "from /thereGET!true"},
		"aborts":    {`export default async () => { const c = new AbortController(); c.abort(); try { await fetch('` + elsewhere.URL + `', { signal: c.signal }) } catch (e) { return new Response(e.name) } }`, "AbortError"},
		"databases": {`export default async () => new Response(JSON.stringify([await db.query('select $1', [1]), await db.one('x'), await db.query('fail').catch((e) => e.name)]))`, `[[{"n":1}],{"n":1},"DatabaseError"]`},
		"envs":      {`export default () => new Response(env.FUNCTION_GREETING + env.SECRET + Deno.env.get('FUNCTION_GREETING'))`, "helloundefinedhello"},
		"denos":     {`Deno.serve(async (r) => new Response('served'))`, "served"},
		"fetchers":  {`export default { async fetch(r) { return new Response('fetched') } }`, "fetched"},
		"bytes":     {`export default async (r) => new Response(new Uint8Array([104, 105, 106]).subarray(0, 2))`, "hi"},
		"encodes":   {`export default () => new Response(atob(btoa('a\u00ff')) + new TextDecoder().decode(new TextEncoder().encode('ü')) + crypto.randomUUID().length + crypto.getRandomValues(new Uint8Array(4)).length)`, "a\u00ffü364"},
		"digests":   {`export default async () => new Response([...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('a')))].slice(0, 3).join())`, "202,151,129"},
		"iterates":  {`export default async () => { async function* g() { yield 1; yield 2 }; let s = 0; for await (const n of g()) s += n; return new Response('' + s) }`, "3"},
		"imports":   {`import { shout } from './_shared/text.ts'; import data from './_shared/data.json'; export default () => new Response(shout(data.word))`, "HI"},
	}
	files := map[string]string{"_shared/text.ts": `export const shout = (s: string): string => s.toUpperCase()`, "_shared/data.json": `{"word": "hi"}`, "folder/index.ts": `export default () => new Response('folder')`}
	for name, c := range cases {
		files[name+".ts"] = c[0]
	}
	cases["folder"] = [2]string{"", "folder"}
	h, failed := host(t, cfg, files)
	if len(failed) > 0 || h.Find("_shared") != nil {
		t.Fatalf("failed %v, functions %v", failed, h.Names())
	}
	for name, c := range cases {
		for range 2 { // the second time in a runtime that has served
			out, err := call(t, h, name, "body")
			if err != nil || string(out.Body) != c[1] {
				t.Errorf("%s: %+v, %v; want %s", name, out, err, c[1])
			}
		}
	}
}

func TestWhatGoesWrongIsSaid(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	h, failed := host(t, cfg, map[string]string{
		"syntax.ts":   "export default (r) => {\n  const x = ;\n}",
		"nothing.ts":  "export const x = 1",
		"loading.ts":  "throw new Error('at once')",
		"inside.ts":   "const twice = (n: number) => {\n  throw new RangeError('too ' + n)\n}\nexport default () => twice(2)",
		"recurses.ts": "const f = () => f() + 1; export default () => f()",
		"words.ts":    "export default () => 'no Response'",
		"inwards.ts":  "export default async () => new Response(await fetch('http://127.0.0.1:1/').then(() => 'reached', (e) => e.message))",
	})
	if len(failed) != 3 || !strings.Contains(failed["syntax"].Error(), "functions/syntax.ts:2:13") || !strings.Contains(failed["syntax"].Error(), "\n      const x = ;\n                ^") {
		t.Errorf("failed: %v", failed)
	}
	var failure *script.Failure
	if _, err := call(t, h, "inside", ""); !errors.As(err, &failure) || failure.Message != "RangeError: too 2" || !strings.Contains(failure.Stack, "inside.ts:2") {
		t.Errorf("inside: %v", err)
	}
	cfg.Timeout = 300 * time.Millisecond
	endless, _ := host(t, cfg, map[string]string{
		"loops.ts": "export default () => { for (;;) {} }",
		"hangs.ts": "export default () => new Promise(() => {})",
	})
	for _, name := range []string{"loops", "hangs"} {
		if _, err := call(t, endless, name, ""); !errors.Is(err, script.ErrSlow) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, want := range map[string]string{"recurses": "recursion", "words": "no Response"} {
		if _, err := call(t, h, name, ""); !errors.As(err, &failure) || !strings.Contains(failure.Message, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if out, err := call(t, h, "inwards", ""); err != nil || !strings.Contains(string(out.Body), "prohibited") {
		t.Errorf("inwards: %+v, %v", out, err)
	}
}

// Not in parallel: memory is the process's, and other tests' functions would
// end with this one.
func TestMemoryIsBounded(t *testing.T) {
	cfg := settings(t)
	cfg.Timeout, cfg.MemoryMiB = 30*time.Second, 32
	h, failed := host(t, cfg, map[string]string{"eats.ts": "export default () => { const all = []; for (;;) all.push(new Uint8Array(1 << 16)) }"})
	if len(failed) > 0 {
		t.Fatal(failed)
	}
	if _, err := call(t, h, "eats", ""); !errors.Is(err, script.ErrMemory) {
		t.Errorf("eats: %v", err)
	}
}

func TestFunctionsChangeWhileServing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := script.New(dir, settings(t))
	for _, step := range []struct {
		text    string
		changed string
		fails   bool
		want    string
	}{
		{"export const config = { verify_jwt: false, roles: ['service_role'], timeout: 1000 }; export default () => new Response('one')", "f", false, "one"},
		{"export default () => new Response('two')", "f", false, "two"},
		{"export default () => new Response('two')", "", false, "two"},
		{"export default () => new Respo(", "", true, "two"},
	} {
		write(t, dir, "f.ts", step.text)
		changed, failed := h.Load(t.Context())
		if strings.Join(changed, ",") != step.changed || (len(failed) > 0) != step.fails {
			t.Errorf("changed %v, failed %v", changed, failed)
		}
		if out, err := call(t, h, "f", ""); err != nil || string(out.Body) != step.want {
			t.Errorf("%+v, %v; want %s", out, err, step.want)
		}
		if fn := h.Find("f"); step.want == "one" && (fn.VerifyJWT || fn.Roles[0] != "service_role" || fn.Timeout != time.Second) {
			t.Errorf("config: %+v", fn)
		}
	}
	if err := os.Remove(filepath.Join(dir, "f.ts")); err != nil {
		t.Fatal(err)
	}
	if changed, _ := h.Load(t.Context()); len(changed) != 1 || h.Find("f") != nil {
		t.Errorf("after the file went: %v", h.Names())
	}
}
