package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"howdah/server/db"
)

// caller is whom a request runs as: by its bearer token, else its apikey, else anon.
func (s *Service) caller(r *http.Request, path string) (*db.Caller, error) {
	c := &db.Caller{Role: s.cfg.AnonRole, Method: r.Method, Path: path, Headers: headersJSON(r.Header), Cookies: noCookies}
	if len(r.Header["Cookie"]) > 0 {
		c.Cookies = cookiesJSON(r.Cookies())
	}
	raw, given := bearer(r.Header)
	if given && raw == "" {
		return nil, jwtError("PGRST301", "Empty JWT is sent in Authorization header", "")
	}
	if raw == "" {
		raw = r.Header.Get("Apikey")
	}
	if raw == "" {
		if c.Role == "" {
			p := refusal(http.StatusUnauthorized, "PGRST302", "Anonymous access is disabled", "", "")
			p.Header = http.Header{"Www-Authenticate": {"Bearer"}}
			return nil, p
		}
		c.Claims = s.anonClaims
		return c, nil
	}
	if s.verifier == nil {
		return nil, refusal(http.StatusInternalServerError, "PGRST300", "Server lacks JWT secret", "", "")
	}
	claims, err := s.verifier.Verify(raw)
	if err != nil {
		return nil, tokenError(err)
	}
	if claims.Key != nil {
		c.UseKey(r.Context(), claims.Key, "rest")
		return c, nil
	}
	c.Claims = claims.Raw
	if s.sessions {
		c.SessionID, c.UserID = claims.SessionID, claims.Subject
	}
	if claims.Role != "" {
		c.Role = claims.Role
		return c, nil
	}
	if c.Role == "" {
		p := refusal(http.StatusUnauthorized, "PGRST302", "Anonymous access is disabled", "", "")
		p.Header = http.Header{"Www-Authenticate": {"Bearer"}}
		return nil, p
	}
	c.Claims = mergeJSON(claims.Raw, []byte(`{"role":`+quoteJSON(c.Role)+`}`))
	return c, nil
}

// bearer is the Authorization header's token; given says that the scheme was Bearer.
func bearer(h http.Header) (string, bool) {
	v := h.Get("Authorization")
	if len(v) < 6 || !strings.EqualFold(v[:6], "bearer") || len(v) > 6 && v[6] != ' ' {
		return "", false
	}
	return strings.TrimSpace(v[6:]), true
}

func quoteJSON(s string) string {
	w := shapeWriter{b: []byte{':'}}
	w.quote(s)
	return string(w.b[1:])
}

// mergeJSON joins two JSON objects; members of b come last, and so win.
func mergeJSON(a, b []byte) []byte {
	a, b = bytes.TrimSpace(a), bytes.TrimSpace(b)
	if len(a) <= 2 {
		return b
	}
	if len(b) <= 2 {
		return a
	}
	out := make([]byte, 0, len(a)+len(b))
	out = append(out, a[:len(a)-1]...)
	out = append(out, ',')
	return append(out, b[1:]...)
}

// headersJSON is what request.headers shows: names in lower case, which are
// tokens and need no escape, and of repeated headers the last.
func headersJSON(h http.Header) []byte {
	w := shapeWriter{b: make([]byte, 0, 768)}
	w.b = append(w.b, '{')
	for k, v := range h {
		if k == "Cookie" || len(v) == 0 {
			continue
		}
		w.comma()
		w.b = append(w.b, '"')
		for i := range len(k) {
			c := k[i]
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			w.b = append(w.b, c)
		}
		w.b = append(w.b, '"', ':')
		w.quote(v[len(v)-1])
	}
	return append(w.b, '}')
}

var noCookies = []byte("{}")

func cookiesJSON(cookies []*http.Cookie) []byte {
	if len(cookies) == 0 {
		return noCookies
	}
	m := make(map[string]string, len(cookies))
	for _, c := range cookies {
		m[c.Name] = c.Value
	}
	b, err := json.Marshal(m)
	if err != nil {
		return noCookies
	}
	return b
}

// searchPath is an exposed schema and those that always follow.
func searchPath(schema string, more []string) string {
	b := quoteIdent(nil, schema)
	for _, extra := range more {
		if extra != "" {
			b = quoteIdent(append(b, ", "...), extra)
		}
	}
	return string(b)
}

func quoteIdent(b []byte, s string) []byte {
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}

// settings of a transaction beside the prelude's own.
func (s *Service) callerSettings(p *prefer) []byte {
	out := s.appSettings
	if p.timezone != "" {
		out = mergeJSON([]byte(`{"timezone":`+quoteJSON(p.timezone)+`}`), out)
	}
	return out
}

// serverTiming is the Server-Timing header of a request's stages, in milliseconds.
func serverTiming(names []string, ms []float64) string {
	b := make([]byte, 0, 96)
	for i, n := range names {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(append(b, n...), ";dur="...)
		b = strconv.AppendFloat(b, ms[i], 'f', 3, 64)
	}
	return string(b)
}
