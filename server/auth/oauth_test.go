package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"howdah/server/config"
)

// idp is a small OpenID provider: discovery, JWKS, real signatures, PKCE.
type idp struct {
	*httptest.Server
	key    *ecdsa.PrivateKey
	mu     sync.Mutex
	who    jwt.MapClaims // claims of the next user, beside those of the protocol
	change func(jwt.MapClaims)
	codes  map[string]url.Values // authorization requests by code
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.json(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/jwks",
			"id_token_signing_alg_values_supported": []string{"ES256"},
		})
	})
	mux.HandleFunc("/jwks", func(w http.ResponseWriter, _ *http.Request) {
		point, _ := key.PublicKey.ECDH()
		raw := point.Bytes()
		p.json(w, map[string]any{"keys": []map[string]string{{
			"kty": "EC", "crv": "P-256", "kid": "k", "alg": "ES256", "use": "sig",
			"x": base64.RawURLEncoding.EncodeToString(raw[1:33]), "y": base64.RawURLEncoding.EncodeToString(raw[33:]),
		}}})
	})
	mux.HandleFunc("/token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *idp) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// approve is the user who says yes at the provider: a code for the request.
func (p *idp) approve(t *testing.T, to string, claims jwt.MapClaims) (code, state string) {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, p.URL+"/authorize?") {
		t.Fatalf("sent to %q", to)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.who = claims
	code = rand.Text()
	p.codes[code] = u.Query()
	return code, u.Query().Get("state")
}

func (p *idp) sign(claims jwt.MapClaims) string {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = "k"
	text, err := token.SignedString(p.key)
	if err != nil {
		panic(err)
	}
	return text
}

func (p *idp) claims(more jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{"iss": p.URL, "aud": "client", "sub": "42", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()}
	for name, value := range more {
		claims[name] = value
	}
	return claims
}

func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked, ok := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	if !ok || s256(r.FormValue("code_verifier")) != asked.Get("code_challenge") || r.FormValue("redirect_uri") != asked.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		p.json(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := p.claims(p.who)
	claims["nonce"] = asked.Get("nonce")
	if p.change != nil {
		p.change(claims)
	}
	p.json(w, map[string]any{"access_token": "at-provider", "refresh_token": "rt-provider", "token_type": "Bearer", "expires_in": 60, "id_token": p.sign(claims)})
}

func with(p *idp) options {
	return func(c *config.Auth) {
		c.OIDCProviders = config.Secret(`[{"name":"corp","issuer":"` + p.URL + `","client_id":"client","secret":"s"},
			{"name":"other","issuer":"https://other.example.test","client_id":"x"}]`)
		c.ManualLinking = true
	}
}

// through goes to the provider and back, and answers where the browser ends.
func (a *api) through(t *testing.T, p *idp, query string, claims jwt.MapClaims) answer {
	t.Helper()
	b := a.browser()
	code, state := p.approve(t, b.begin("corp"+query), claims)
	return b.open("/auth/v1/callback?code=" + code + "&state=" + state)
}

func TestOIDCSignIn(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, confirmed, with(p))
	ada := jwt.MapClaims{"email": "ada@example.test", "email_verified": true, "name": "Ada", "picture": "https://example.test/a.png"}
	back := a.through(t, p, "&redirect_to=http://site.example.test/in&scopes=calendar&login_hint=ada&redirect_uri=https://evil.example", ada)
	base, _, fragment := back.location(t)
	if back.status != http.StatusFound || base != "http://site.example.test/in" || fragment.Get("provider_token") != "at-provider" || fragment.Get("type") != "" {
		t.Fatalf("callback: %d %s", back.status, back.header.Get("Location"))
	}
	user := a.call("GET", "/auth/v1/user", fragment.Get("access_token"), "")
	for _, want := range []string{`"full_name"`, `"corp"`, `"ada@example.test"`, `"avatar_url"`} {
		if !strings.Contains(user.text, want) {
			t.Errorf("user lacks %s: %s", want, user.text)
		}
	}
	again := a.through(t, p, pkceQuery(), ada)
	_, query, _ := again.location(t)
	traded := a.call("POST", "/auth/v1/token?grant_type=pkce", "", `{"auth_code":"`+query.Get("code")+`","code_verifier":"`+verifier+`"}`)
	if traded.status != http.StatusOK || traded.body.User.ID != user.body.ID || !strings.Contains(traded.text, `"provider_refresh_token":"rt-provider"`) {
		t.Errorf("PKCE: %d %s", traded.status, traded.text)
	}
	if refreshed := a.refresh(traded.body.RefreshToken); strings.Contains(refreshed.text, "provider_token") {
		t.Error("provider tokens are given once")
	}
	if n := a.one(`select count(*)::text from auth.flow_states where sealed::text like '%provider%' or convert_from(sealed, 'SQL_ASCII') like '%at-%'`); n != "0" {
		t.Error("provider tokens rest in the clear")
	}
}

func pkceQuery() string {
	return "&code_challenge=" + s256(verifier) + "&code_challenge_method=s256"
}

func TestOAuthParameters(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, with(p))
	begun := a.call("GET", "/auth/v1/authorize/corp?redirect_to=https://evil.example&Client_ID=evil&state=x&request_uri=y&prompt=login&redirect_uri=z", "", "")
	u, err := url.Parse(begun.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("client_id") != "client" || q.Get("redirect_uri") != "http://api.example.test/auth/v1/callback" || q.Get("prompt") != "login" ||
		q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || len(q.Get("state")) < 20 || q.Get("state") == "x" || q.Has("request_uri") || q.Has("Client_ID") {
		t.Errorf("sent to %s", u)
	}
	for _, tc := range []struct{ name, path, code string }{
		{"unknown provider", "/auth/v1/authorize?provider=nope", "validation_failed"},
		{"disabled provider", "/auth/v1/authorize?provider=google", "validation_failed"},
		{"no provider", "/auth/v1/authorize", "validation_failed"},
		{"half a challenge", "/auth/v1/authorize?provider=corp&code_challenge_method=s256", "validation_failed"},
	} {
		if got := a.call("GET", tc.path, "", ""); got.status != 400 || got.body.Code != tc.code {
			t.Errorf("%s: %d %s", tc.name, got.status, got.text)
		}
	}
}

func TestOAuthRefusals(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, confirmed, with(p))
	b := a.browser()
	begin := func() (code, state string) {
		return p.approve(t, b.begin("corp"), jwt.MapClaims{"email": "ada@example.test", "email_verified": true})
	}
	errorOf := func(path string) string {
		got := b.open(path)
		_, query, fragment := got.location(t)
		if fragment.Get("access_token") != "" {
			t.Errorf("%s signs in", path)
		}
		return query.Get("error_code")
	}
	if got := errorOf("/auth/v1/callback?code=x"); got != "bad_oauth_callback" {
		t.Errorf("no state: %s", got)
	}
	if got := errorOf("/auth/v1/callback?code=x&state=unknown"); got != "bad_oauth_state" {
		t.Errorf("unknown state: %s", got)
	}
	code, state := begin()
	if got := errorOf("/auth/v1/callback/other?code=" + code + "&state=" + state); got != "bad_oauth_state" {
		t.Errorf("another provider's callback: %s", got)
	}
	if got := errorOf("/auth/v1/callback?code=" + code + "&state=" + state + "&iss=https://other.example.test"); got != "bad_oauth_callback" {
		t.Errorf("another issuer's answer: %s", got)
	}
	if got := errorOf("/auth/v1/callback?code=" + code + "&state=" + state); got != "bad_oauth_state" {
		t.Errorf("a replayed state: %s", got)
	}
	_, state = begin()
	denied := b.open("/auth/v1/callback?error=access_denied&error_description=no&state=" + state)
	if _, query, fragment := denied.location(t); query.Get("error") != "access_denied" || fragment.Get("error_description") != "no" {
		t.Errorf("denied: %s", denied.header.Get("Location"))
	}
	for name, change := range map[string]func(jwt.MapClaims){
		"another nonce":    func(c jwt.MapClaims) { c["nonce"] = "x" },
		"another audience": func(c jwt.MapClaims) { c["aud"] = "somebody else" },
		"another issuer":   func(c jwt.MapClaims) { c["iss"] = "https://evil.example" },
		"expired":          func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
	} {
		p.mu.Lock()
		p.change = change
		p.mu.Unlock()
		code, state := begin()
		if got := errorOf("/auth/v1/callback?code=" + code + "&state=" + state); got != "unexpected_failure" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if n := a.one(`select count(*)::text from auth.users`); n != "0" {
		t.Errorf("%s users: refusals write nothing", n)
	}
}

func TestOAuthLinking(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, confirmed, direct, with(p))
	a.call("POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse"}`)
	in := a.call("POST", "/auth/v1/verify", "", `{"type":"signup","email":"ada@example.test","token":"`+a.mail("ada@example.test").Token+`"}`)
	id := in.body.User.ID

	unverified := a.through(t, p, "", jwt.MapClaims{"sub": "evil", "email": "ada@example.test", "email_verified": false})
	if _, query, _ := unverified.location(t); query.Get("error_code") != "provider_email_needs_verification" {
		t.Errorf("unverified e-mail: %s", unverified.header.Get("Location"))
	}
	if n := a.one(`select count(*)::text from auth.identities where user_id = $1`, id); n != "1" {
		t.Error("an unverified e-mail joins nobody")
	}
	linked := a.through(t, p, "", jwt.MapClaims{"email": "Ada@example.test", "email_verified": true})
	_, _, fragment := linked.location(t)
	if got := a.call("GET", "/auth/v1/user", fragment.Get("access_token"), ""); got.body.ID != id {
		t.Errorf("verified e-mail: %d %s", got.status, got.text)
	}
	if got := a.call("POST", "/auth/v1/token", "", `{"email":"ada@example.test","password":"correct horse"}`); got.status != http.StatusOK {
		t.Errorf("who proved the address keeps the password: %d %s", got.status, got.text)
	}
	var user struct {
		Identities []struct {
			ID       string `json:"identity_id"`
			Provider string
		}
	}
	got := a.call("GET", "/auth/v1/user", in.body.AccessToken, "")
	if err := json.Unmarshal([]byte(got.text), &user); err != nil || len(user.Identities) != 2 {
		t.Fatalf("identities: %s", got.text)
	}
	for _, i := range user.Identities {
		if i.Provider != "corp" {
			continue
		}
		if got := a.call("DELETE", "/auth/v1/user/identities/"+i.ID, in.body.AccessToken, ""); got.status != http.StatusOK {
			t.Errorf("unlink: %d %s", got.status, got.text)
		}
		if got := a.call("DELETE", "/auth/v1/user/identities/"+i.ID, in.body.AccessToken, ""); got.body.Code != "single_identity_not_deletable" {
			t.Errorf("unlink the last: %d %s", got.status, got.text)
		}
	}
	begun := a.call("GET", "/auth/v1/user/identities/authorize?provider=corp&skip_http_redirect=true", in.body.AccessToken, "")
	var to struct{ URL string }
	if err := json.Unmarshal([]byte(begun.text), &to); err != nil {
		t.Fatal(err)
	}
	code, state := p.approve(t, to.URL, jwt.MapClaims{"sub": "77", "email": "another@example.test", "email_verified": true})
	a.call("GET", "/auth/v1/callback?code="+code+"&state="+state, "", "")
	if got := a.one(`select user_id::text from auth.identities where provider_id = '77'`); got != id {
		t.Errorf("linked to %s", got)
	}
}

func TestPreTakeover(t *testing.T) {
	p := newIDP(t)
	for name, option := range map[string]options{"unconfirmed": confirmed, "autoconfirmed": func(*config.Auth) {}} {
		a := newAPISerial(t, option, with(p))
		a.call("POST", "/auth/v1/signup", "", `{"email":"victim@example.test","password":"of the attacker","data":{"evil":true}}`)
		before := a.one(`select id::text from auth.users`)
		back := a.through(t, p, "", jwt.MapClaims{"email": "victim@example.test", "email_verified": true})
		_, _, fragment := back.location(t)
		user := a.call("GET", "/auth/v1/user", fragment.Get("access_token"), "")
		if user.status != http.StatusOK || user.body.ID != before || strings.Contains(user.text, "evil") {
			t.Errorf("%s: %d %s", name, user.status, user.text)
		}
		if got := a.call("POST", "/auth/v1/token", "", `{"email":"victim@example.test","password":"of the attacker"}`); got.body.Code != "invalid_credentials" {
			t.Errorf("%s: the attacker's password: %d %s", name, got.status, got.text)
		}
		if n := a.one(`select count(*)::text from auth.identities`); n != "1" {
			t.Errorf("%s: %s identities", name, n)
		}
		if n := a.one(`select count(*)::text from auth.sessions`); n != "1" {
			t.Errorf("%s: %s sessions", name, n)
		}
	}
}

func TestIDTokens(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, with(p))
	hashed := sha256.Sum256([]byte("raw nonce"))
	nonce := hex.EncodeToString(hashed[:])
	good := p.sign(p.claims(jwt.MapClaims{"email": "ada@example.test", "email_verified": true, "nonce": nonce}))
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	forged := &idp{Server: p.Server, key: other}
	for _, tc := range []struct{ name, token, nonce, code string }{
		{"right", good, "raw nonce", ""},
		{"wrong nonce", good, "another", "invalid nonce"},
		{"no nonce", good, "", "invalid request"},
		{"nonce that the token lacks", p.sign(p.claims(nil)), "raw nonce", "invalid request"},
		{"another audience", p.sign(p.claims(jwt.MapClaims{"aud": "x", "nonce": nonce})), "raw nonce", "invalid request"},
		{"expired", p.sign(p.claims(jwt.MapClaims{"exp": 1, "nonce": nonce})), "raw nonce", "invalid request"},
		{"forged", forged.sign(p.claims(jwt.MapClaims{"nonce": nonce})), "raw nonce", "invalid request"},
		{"garbage", "a.b.c", "", "invalid request"},
		{"none", "", "", "invalid request"},
	} {
		got := a.call("POST", "/auth/v1/token?grant_type=id_token", "", `{"provider":"corp","id_token":"`+tc.token+`","nonce":"`+tc.nonce+`"}`)
		var said struct{ Error string }
		_ = json.Unmarshal([]byte(got.text), &said)
		if said.Error != tc.code || (tc.code == "") != (got.status == http.StatusOK) {
			t.Errorf("%s: %d %s", tc.name, got.status, got.text)
		}
	}
	if got := a.call("POST", "/auth/v1/token?grant_type=id_token", "", `{"provider":"google","id_token":"x"}`); got.body.Code != "provider_disabled" {
		t.Errorf("disabled: %d %s", got.status, got.text)
	}
}

func TestOneIdentityOneAccount(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, with(p))
	token := p.sign(p.claims(jwt.MapClaims{"email": "ada@example.test", "email_verified": true}))
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if got := a.call("POST", "/auth/v1/token?grant_type=id_token", "", `{"provider":"corp","id_token":"`+token+`"}`); got.status != http.StatusOK {
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
	wait.Wait()
	if n := a.one(`select count(*)::text from auth.users`); n != "1" {
		t.Errorf("%s users", n)
	}
}
