package auth

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"howdah/server/config"
)

// TestEveryEndpointRefusesWhatItCannotRead sends each route of the table what no
// honest client does. None may fail (5xx), none may write.
func TestEveryEndpointRefusesWhatItCannotRead(t *testing.T) {
	a := newAPI(t, confirmed, func(c *config.Auth) { c.PhoneEnabled, c.ManualLinking = true, true })
	service := a.key("service_role")
	a.call("POST", "/auth/v1/admin/users", service, `{"email":"ada@example.test","password":"correct horse","email_confirm":true}`)
	in := a.call("POST", "/auth/v1/login", "", `{"email":"ada@example.test","password":"correct horse"}`)
	state := `select (select count(*) from auth.users) || ' ' || (select count(*) from auth.identities) || ' ' || (select count(*) from auth.sessions)
		|| ' ' || (select md5(string_agg(u::text, '' order by u.id)) from auth.users u)`
	before := a.one(state)
	bodies := map[string]string{
		"no JSON": `{"email"`, "an array": `[]`, "a number": `7`, "a string": `"x"`, "bad UTF-8": "{\"email\":\"\xff\"}",
		"numbers for strings": `{"email":7,"phone":7,"password":7,"token":7,"type":7,"refresh_token":7,"provider":7,"reason":7,"friendly_name":7,"should_soft_delete":7}`,
		"objects for strings": `{"email":{},"phone":{},"password":{},"token":{},"type":{},"refresh_token":{},"provider":{},"reason":{},"friendly_name":{},"should_soft_delete":{}}`,
		"a member twice":      `{"email":"a@example.test","Email":"b@example.test","password":"correct horse"}`,
		"NUL":                 `{"email":"a\u0000@example.test","password":"correct\u0000horse","token":"\u0000","refresh_token":"\u0000","reason":"\u0000","friendly_name":"\u0000"}`,
		"header injection":    `{"email":"a@example.test\r\nBcc: all@example.test","password":"correct horse","type":"signup","reason":"","should_soft_delete":"x","expires_in":-1}`,
		"oversize":            `{"x":"` + strings.Repeat("x", 1<<20) + `"}`,
		"nothing known":       `{"unknown":true}`,
	}
	for _, r := range (&Service{}).routes() {
		if r.body == nil || strings.HasPrefix(r.path, "/cookie") {
			continue
		}
		path := prefix + strings.NewReplacer(":user_id", in.body.User.ID, ":factor_id", in.body.User.ID, ":provider", "corp").Replace(r.path)
		bearer := map[who]string{public: "", user: in.body.AccessToken, admin: service}[r.who]
		for name, body := range bodies {
			if name == "nothing known" && (r.path == "/signup" || r.method == "PUT" || r.method == "DELETE" || strings.HasSuffix(r.path, "/token") && r.who == admin) {
				continue // where no member is needed, none is a fine request
			}
			got := a.call(r.method, path, bearer, body)
			if got.status < 400 || got.status >= 500 || got.body.Code == nil {
				t.Errorf("%s %s with %s: %d %s", r.method, r.path, name, got.status, got.text)
			}
		}
	}
	if after := a.one(state); after != before {
		t.Errorf("refusals write: %s became %s", before, after)
	}
}

func TestRedirectTargets(t *testing.T) {
	t.Parallel()
	r, err := newRedirects("https://app.example.test/home", []string{"https://*.preview.example.test/**", "myapp://callback", "https://exact.example.test/a?b=c"})
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]bool{
		"https://app.example.test/anything?x=1#y": true, "http://127.0.0.1:3000/x": true, "http://[::1]:3000": true,
		"https://pr-7.preview.example.test/a/b.c": true, "https://exact.example.test/a?b=c": true, "myapp://callback#x": true,
		"": false, "/relative": false, "//evil.example": false, "https://evil.example": false, "https://app.example.test.evil.example": false,
		"https://app.example.test:8443/": false, "http://app.example.test/": false, "https://a.b.preview.example.test/": false,
		"https://app.example.test@evil.example/": false, "https://user@app.example.test/": false, "javascript:alert(1)": false,
		"data:text/html,x": false, "http://2130706433/": false, "http://0x7f000001/": false, "https://app.example.test\\@evil.example": false,
		"https://app.example.test/\r\nSet-Cookie: x": false, "myapp://other": false, "https://exact.example.test/a": false,
		"https://evil.example/https://app.example.test/": false, "https://аpp.example.test/": false, // a Cyrillic а
	} {
		if got := r.allowed(asked); got != want {
			t.Errorf("%q: %t", asked, got)
		}
	}
}

// TestTokensOfOthers: RFC 8725's attacks on tokens, over the wire.
func TestTokensOfOthers(t *testing.T) {
	a := newAPI(t)
	in := a.signUp("ada@example.test")
	parts := strings.Split(in.body.AccessToken, ".")
	none := "eyJhbGciOiJub25lIn0." + parts[1] + "."
	hmacd, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": in.body.User.ID, "role": "service_role"}).SignedString([]byte("guess"))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := a.ring.Sign(json.RawMessage(`{"sub":"` + in.body.User.ID + `","aud":"another","role":"authenticated"}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"none": none, "guessed HMAC": hmacd, "another audience": foreign, "cut": parts[0] + "." + parts[1] + ".", "swapped": parts[1] + "." + parts[0] + "." + parts[2],
		"a refresh token": in.body.RefreshToken, "endless": strings.Repeat("a", 20000),
	} {
		if got := a.call("GET", "/auth/v1/user", token, ""); got.status != http.StatusForbidden || got.body.Code != "bad_jwt" {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if got := a.call("GET", "/auth/v1/verify?"+url.Values{"type": {"signup"}}.Encode(), "", ""); got.status != http.StatusBadRequest {
		t.Errorf("a link without a token: %d", got.status)
	}
}
