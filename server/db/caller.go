package db

import (
	"encoding/json"
	"net/http"
	"strings"

	"howdah/server/token"
)

// CallerOf is whom a request runs as: by the bearer token of Authorization,
// else by its apikey header or query parameter (which browsers' WebSockets
// need), else anonRole. A token without a role runs as anonRole too. A refused
// token is a *token.Error. The caller has no search path of its own: public.
func CallerOf(r *http.Request, v token.Verifier, anonRole string) (*Caller, error) {
	c := &Caller{
		Role: anonRole, Claims: roleClaims(anonRole), Method: r.Method, Path: r.URL.Path,
		Headers: headersJSON(r), Cookies: cookiesJSON(r), SearchPath: `"public"`,
	}
	raw := Credentials(r)
	if raw == "" {
		return c, nil
	}
	claims, err := v.Verify(raw)
	if err != nil {
		return nil, err
	}
	if claims.Key != nil {
		c.UseKey(r.Context(), claims.Key, Surface(r.URL.Path))
		c.Verified = true
		return c, nil
	}
	c.SessionID, c.UserID, c.Verified = claims.SessionID, claims.Subject, true
	c.Claims = claims.Raw
	if claims.Role != "" {
		c.Role = claims.Role
	}
	return c, nil
}

// Credentials is the text that a request identifies itself by: a token or an
// API key; empty for none.
func Credentials(r *http.Request) string {
	if scheme, text, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "bearer") && strings.TrimSpace(text) != "" {
		return strings.TrimSpace(text)
	}
	if key := r.Header.Get("Apikey"); key != "" {
		return key
	}
	return r.URL.Query().Get("apikey")
}

func roleClaims(role string) []byte {
	b, _ := json.Marshal(map[string]string{"role": role}) //nolint:errchkjson // a map of strings always encodes
	return b
}

// headersJSON is what request.headers shows, as PostgREST does: names in lower
// case, cookies apart.
func headersJSON(r *http.Request) []byte {
	m := make(map[string]string, len(r.Header))
	for name, values := range r.Header {
		if name != "Cookie" && len(values) > 0 {
			m[strings.ToLower(name)] = strings.ToValidUTF8(values[len(values)-1], "\uFFFD")
		}
	}
	b, _ := json.Marshal(m) //nolint:errchkjson // a map of strings always encodes
	return b
}

func cookiesJSON(r *http.Request) []byte {
	m := map[string]string{}
	for _, c := range r.Cookies() {
		m[c.Name] = strings.ToValidUTF8(c.Value, "\uFFFD")
	}
	b, _ := json.Marshal(m) //nolint:errchkjson // a map of strings always encodes
	return b
}
