package auth

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"howdah/server/config"
)

// hub speaks GitHub's wire: a form for an answer of the token endpoint, refusals
// with status 200, who the user is at /user and the addresses at /user/emails.
type hub struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	codes  map[string]string // challenges by code
	user   string
	emails string
}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{t: t, codes: map[string]string{}, user: `{"login":"octocat","id":583231,"node_id":"x","avatar_url":"https://example.test/o.png","name":null,"email":null}`}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login/oauth/access_token", h.token)
	mux.HandleFunc("GET /api/v3/user", h.api(func() string { return h.user }))
	mux.HandleFunc("GET /api/v3/user/emails", h.api(func() string { return h.emails }))
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func (h *hub) token(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	challenge, known := h.codes[r.FormValue("code")]
	delete(h.codes, r.FormValue("code"))
	answer := url.Values{"access_token": {"gho_token"}, "scope": {"user:email"}, "token_type": {"bearer"}}
	switch {
	case r.FormValue("client_id") != "client" || r.FormValue("client_secret") != "s":
		answer = url.Values{"error": {"incorrect_client_credentials"}}
	case !known || s256(r.FormValue("code_verifier")) != challenge || !strings.HasSuffix(r.FormValue("redirect_uri"), "/auth/v1/callback"):
		answer = url.Values{"error": {"bad_verification_code"}}
	}
	_, _ = w.Write([]byte(answer.Encode()))
}

func (h *hub) api(body func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if !strings.EqualFold(r.Header.Get("Authorization"), "Bearer gho_token") || r.Header.Get("Accept") != "application/vnd.github+json" || body() == "" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write([]byte(body()))
	}
}

// through is a sign-in whose user has these addresses; spoil may change the way back.
func (h *hub) through(a *api, emails string, spoil func(url.Values)) answer {
	b := a.browser()
	to, err := url.Parse(b.begin("github"))
	if err != nil || to.Path != "/login/oauth/authorize" || !strings.Contains(to.Query().Get("scope"), "user:email") {
		h.t.Fatalf("sent to %s", to)
	}
	h.mu.Lock()
	h.emails, h.codes["code"] = emails, to.Query().Get("code_challenge")
	h.mu.Unlock()
	back := url.Values{"code": {"code"}, "state": {to.Query().Get("state")}}
	if spoil != nil {
		spoil(back)
	}
	return b.open("/auth/v1/callback?" + back.Encode())
}

func TestGitHub(t *testing.T) {
	h := newHub(t)
	a := newAPI(t, confirmed, func(c *config.Auth) {
		c.GitHubEnabled, c.GitHubClientID, c.GitHubSecret, c.GitHubURL = true, "client", "s", h.URL
	})
	const emails = `[{"email":"other@example.test","primary":false,"verified":true},{"email":"Octo@example.test","primary":true,"verified":%}]`
	unverified := h.through(a, strings.Replace(emails, "%", "false", 1), nil)
	if got := unverified.endsWith(t); got != "provider_email_needs_verification" {
		t.Errorf("an address that GitHub did not verify: %q", got)
	}
	a.one(`delete from auth.users returning 'gone'`)
	in := h.through(a, strings.Replace(emails, "%", "true", 1), nil)
	_, _, fragment := in.location(t)
	user := a.call("GET", "/auth/v1/user", fragment.Get("access_token"), "")
	for _, want := range []string{`"octo@example.test"`, `"583231"`, `"octocat"`, `"github"`} {
		if !strings.Contains(user.text, want) {
			t.Errorf("user lacks %s: %s", want, user.text)
		}
	}
	if fragment.Get("provider_token") != "gho_token" {
		t.Errorf("provider token %q", fragment.Get("provider_token"))
	}
	for name, tc := range map[string]struct {
		emails string
		spoil  func(url.Values)
	}{
		"another code":           {emails, func(v url.Values) { v.Set("code", "another") }},
		"addresses are withheld": {"", nil},
	} {
		if got := h.through(a, tc.emails, tc.spoil).endsWith(t); got != "unexpected_failure" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := a.call("POST", "/auth/v1/token?grant_type=id_token", "", `{"provider":"github","id_token":"x"}`); got.status != http.StatusBadRequest {
		t.Errorf("GitHub has no id_tokens: %d %s", got.status, got.text)
	}
}

// TestMicrosoft: an administrator of a tenant writes any address into a user's
// email, and Microsoft vouches for it by a claim of its own alone.
func TestMicrosoft(t *testing.T) {
	p := newIDP(t)
	p.path = "/tenant/v2.0"
	a := newAPI(t, confirmed, func(c *config.Auth) {
		c.Elsewhere = config.Elsewhere{AzureEnabled: true, AzureClientID: "client", AzureSecret: "s", AzureURL: p.URL + "/tenant"}
	})
	victim := a.known("victim")
	signIn := func(claims jwt.MapClaims) answer {
		b := a.browser()
		code, state := p.approve(t, b.begin("azure"), claims)
		return b.open("/auth/v1/callback?code=" + code + "&state=" + state)
	}
	for name, claims := range map[string]jwt.MapClaims{
		"an address":                        {"sub": "m1", "email": victim},
		"an address that it calls verified": {"sub": "m2", "email": victim, "email_verified": true},
		"an address that it does not own":   {"sub": "m3", "email": victim, "xms_edov": false},
	} {
		if got := signIn(claims).endsWith(t); got != "provider_email_needs_verification" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := signIn(jwt.MapClaims{"sub": "m4", "email": victim, "xms_edov": "1"}); got.endsWith(t) != "" {
		t.Errorf("an address that it owns: %s", got.header.Get("Location"))
	}
	if n := a.one(`select string_agg(i.provider_id, ',') from auth.identities i join auth.users u on u.id = i.user_id where u.email = $1 and i.provider = 'azure'`, victim); n != "m4" {
		t.Errorf("linked %s", n)
	}
}

// TestLinkedInAndGoogle: tokens without a nonce count where the provider makes none, and a
// wrong nonce never does. Both are found by discovery.
func TestLinkedInAndGoogle(t *testing.T) {
	for name, skips := range map[string]bool{"linkedin_oidc": true, "google": false} {
		p := newIDP(t)
		a := newAPISerial(t, func(c *config.Auth) {
			c.Elsewhere = config.Elsewhere{LinkedInEnabled: true, LinkedInClientID: "client", LinkedInSecret: "s", LinkedInURL: p.URL}
			c.GoogleEnabled, c.GoogleClientID, c.GoogleSecret, c.GoogleURL = true, "client", "s", p.URL
		})
		for nonce, want := range map[string]bool{"its own": true, "": skips, "another": false} {
			p.mu.Lock()
			p.change = func(claims jwt.MapClaims) {
				switch nonce {
				case "":
					delete(claims, "nonce")
				case "another":
					claims["nonce"] = nonce
				}
			}
			p.mu.Unlock()
			b := a.browser()
			code, state := p.approve(t, b.begin(name), jwt.MapClaims{"email": "ada@example.test", "email_verified": true})
			if got := b.open("/auth/v1/callback?code="+code+"&state="+state).endsWith(t) == ""; got != want {
				t.Errorf("%s, nonce %q: signed in %t", name, nonce, got)
			}
		}
		var on struct{ External map[string]bool }
		if err := json.Unmarshal([]byte(a.call("GET", "/auth/v1/settings", "", "").text), &on); err != nil || !on.External[name] {
			t.Errorf("settings do not tell of %s", name)
		}
	}
}
