package auth

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// browse sends a request as a page with cookies does.
func (a *api) browse(method, path string, header map[string]string, cookie *http.Cookie, body string) *httptest.ResponseRecorder {
	a.t.Helper()
	req := httptest.NewRequestWithContext(a.t.Context(), method, path, strings.NewReader(body))
	req.Header.Set("X-Supabase-Api-Version", "2024-01-01")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	if cookie != nil {
		req.AddCookie(cookie)
	}
	rec := httptest.NewRecorder()
	a.echo.ServeHTTP(rec, req)
	return rec
}

func TestCookieSessions(t *testing.T) {
	a := newAPI(t, with(newIDP(t)))
	a.signUp("ada@example.test")
	const in = `{"email":"ada@example.test","password":"correct horse"}`
	if got := a.browse("POST", "/auth/v1/cookie/login", map[string]string{"Origin": "https://evil.example"}, nil, in); got.Code != http.StatusForbidden {
		t.Errorf("another site signs in: %d", got.Code)
	}
	login := a.browse("POST", "/auth/v1/cookie/login", map[string]string{"Origin": "http://site.example.test"}, nil, in)
	var answer struct {
		CSRF string `json:"csrf_token"`
	}
	if err := json.Unmarshal(login.Body.Bytes(), &answer); err != nil || login.Code != http.StatusOK || strings.Contains(login.Body.String(), "token\":\"ey") {
		t.Fatalf("login: %d %s", login.Code, login.Body)
	}
	cookie := login.Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || len(cookie.Value) < 40 {
		t.Errorf("cookie %+v", cookie)
	}
	if n := a.one(`select count(*)::text from auth.sessions s where s::text like '%' || $1 || '%'`, cookie.Value); n != "0" {
		t.Error("the cookie's id rests in the clear")
	}
	csrf := map[string]string{"X-Csrf-Token": answer.CSRF}
	for _, tc := range []struct {
		name, method, path string
		header             map[string]string
		cookie             *http.Cookie
		body               string
		status             int
	}{
		{"reading", "GET", "/auth/v1/user", nil, cookie, "", 200},
		{"who and the token again", "GET", "/auth/v1/cookie/session", nil, cookie, "", 200},
		{"writing without the token", "PUT", "/auth/v1/user", nil, cookie, `{"data":{"a":1}}`, 403},
		{"writing with another's token", "PUT", "/auth/v1/user", map[string]string{"X-Csrf-Token": "x"}, cookie, `{"data":{"a":1}}`, 403},
		{"writing from another site", "PUT", "/auth/v1/user", map[string]string{"X-Csrf-Token": answer.CSRF, "Sec-Fetch-Site": "cross-site"}, cookie, `{}`, 403},
		{"a socket from another site", "GET", "/auth/v1/user", map[string]string{"Upgrade": "websocket", "Origin": "https://evil.example"}, cookie, "", 403},
		{"linking from another site", "GET", "/auth/v1/user/identities/authorize?provider=corp", map[string]string{"Sec-Fetch-Site": "cross-site"}, cookie, "", 403},
		{"linking from its own", "GET", "/auth/v1/user/identities/authorize?provider=corp", map[string]string{"Sec-Fetch-Site": "same-site"}, cookie, "", 302},
		{"writing with the token", "PUT", "/auth/v1/user", csrf, cookie, `{"data":{"a":1}}`, 200},
		{"a made-up cookie", "GET", "/auth/v1/user", nil, &http.Cookie{Name: cookie.Name, Value: "x"}, "", 401},
		{"logging out", "POST", "/auth/v1/cookie/logout", csrf, cookie, "", 204},
		{"after that", "GET", "/auth/v1/user", nil, cookie, "", 403},
	} {
		if got := a.browse(tc.method, tc.path, tc.header, tc.cookie, tc.body); got.Code != tc.status {
			t.Errorf("%s: %d %s, want %d", tc.name, got.Code, got.Body, tc.status)
		}
	}
}
