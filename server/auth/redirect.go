package auth

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"
)

// redirects says where a flow may end: the site itself, this machine, and what
// URI_ALLOW_LIST names. Anything else ends at the site, silently.
type redirects struct {
	site  *url.URL
	allow []*regexp.Regexp
}

func newRedirects(site string, globs []string) (*redirects, error) {
	u, err := url.Parse(site)
	if err != nil {
		return nil, fmt.Errorf("SITE_URL: %w", err)
	}
	r := &redirects{site: u}
	for _, glob := range globs {
		re, err := compileGlob(strings.TrimSpace(glob))
		if err != nil {
			return nil, fmt.Errorf("URI_ALLOW_LIST: %q: %w", glob, err)
		}
		r.allow = append(r.allow, re)
	}
	return r, nil
}

// compileGlob knows * (stops at . and /), ** (does not), ? and {a,b}.
func compileGlob(glob string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("^")
	depth := 0
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^./]*")
		case c == '?':
			b.WriteString("[^./]")
		case c == '{':
			depth++
			b.WriteString("(?:")
		case c == '}' && depth > 0:
			depth--
			b.WriteString(")")
		case c == ',' && depth > 0:
			b.WriteString("|")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.Compile(b.String() + "$")
}

// target is the URL a flow ends at when the client asks for asked.
func (r *redirects) target(asked string) string {
	if r.allowed(asked) {
		return asked
	}
	return r.site.String()
}

var decimalHost = regexp.MustCompile(`^(0x[0-9a-fA-F]+|[0-9]+)$`)

func (r *redirects) allowed(asked string) bool {
	u, err := url.Parse(asked)
	if err != nil || u.Scheme == "" || u.User != nil || strings.ContainsAny(asked, "\\\"<>\r\n\t ") {
		return false
	}
	host := u.Hostname()
	switch strings.ToLower(u.Scheme) {
	case "javascript", "data", "vbscript", "file", "blob":
		return false
	}
	if decimalHost.MatchString(host) {
		return false // http://2130706433 is an address that reads like none
	}
	if web := u.Scheme == "http" || u.Scheme == "https"; web && host != "" {
		if addr, err := netip.ParseAddr(host); err == nil && addr.Unmap().IsLoopback() {
			return true
		}
		if u.Scheme == r.site.Scheme && strings.EqualFold(host, r.site.Hostname()) && (strings.EqualFold(host, "localhost") || port(u) == port(r.site)) {
			return true
		}
	}
	u.Fragment, u.RawFragment = "", ""
	plain := u.String()
	for _, re := range r.allow {
		if re.MatchString(plain) {
			return true
		}
	}
	return false
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

// redirectTo is where the client asks a flow to end, if it may.
func (s *Service) redirectTo(c echo.Context) string {
	asked := c.Request().Header.Get("redirect_to")
	if asked == "" {
		asked = c.QueryParam("redirect_to")
	}
	if asked == "" {
		asked = c.Request().Referer()
	}
	return s.redirects.target(asked)
}

// withQuery adds parameters to a URL's query and keeps what is there.
func withQuery(target string, add url.Values) string {
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	query := u.Query()
	for name, values := range add {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// withFragment sets a URL's fragment. sb marks answers of this API, as GoTrue's.
func withFragment(target string, values url.Values) string {
	values.Set("sb", "")
	target, _, _ = strings.Cut(target, "#")
	return target + "#" + values.Encode()
}
