package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/jackc/pgx/v5"
	"golang.org/x/oauth2"

	"howdah/server/config"
	"howdah/server/db/dbtest"
	"howdah/server/token"
)

// provider is a server, and a user of it who consents.
type provider struct {
	t       *testing.T
	url     string
	issuer  string
	access  string // the user's own token
	user    string
	service string
	owner   *pgx.Conn
}

func newProvider(t *testing.T, vars map[string]string) *provider {
	t.Helper()
	t.Parallel()
	d := dbtest.New(t)
	web := httptest.NewUnstartedServer(nil)
	address := "http://" + web.Listener.Addr().String()
	all := map[string]string{"API_EXTERNAL_URL": address}
	for name, value := range vars {
		all[name] = value
	}
	c := settings(t, all)
	s, err := New(t.Context(), c, d.URL, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	web.Config.Handler = s.echo
	web.Start()
	t.Cleanup(web.Close)
	p := &provider{t: t, url: address, issuer: address + "/auth/v1", owner: d.Owner(t), service: serviceKey(t, c)}
	p.access, p.user = p.signUp("ada")
	return p
}

func serviceKey(t *testing.T, c *config.Config) string {
	t.Helper()
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.MintAPIKey("service_role")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (p *provider) signUp(name string) (access, user string) {
	p.t.Helper()
	var in struct {
		AccessToken string `json:"access_token"`
		User        struct{ ID string }
	}
	if status := p.call("POST", "/auth/v1/signup", "", `{"email":"`+name+`@example.test","password":"correct horse","data":{"full_name":"Ada L"}}`, &in); status != 200 {
		p.t.Fatalf("sign up: %d", status)
	}
	return in.AccessToken, in.User.ID
}

// call answers the status, and the body into out.
func (p *provider) call(method, path, bearer, body string, out any) int {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("X-Supabase-Api-Version", "2024-01-01")
	req.Header.Set("Content-Type", "application/json")
	if strings.Contains(body, "=") && !strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if out != nil && len(bytes.TrimSpace(text)) > 0 {
		if err := json.Unmarshal(text, out); err != nil {
			p.t.Errorf("%s %s: %d %s", method, path, res.StatusCode, text)
		}
	}
	return res.StatusCode
}

type refusal struct{ Error, Code string }

// client makes a client of the administrator's and its side of OAuth.
func (p *provider) client(method string) *oauth2.Config {
	p.t.Helper()
	var made struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
	}
	if status := p.call("POST", "/auth/v1/admin/oauth/clients", p.service,
		`{"client_name":"Demo","redirect_uris":["https://app.example.test/cb"],"token_endpoint_auth_method":"`+method+`"}`, &made); status != http.StatusCreated {
		p.t.Fatalf("client: %d", status)
	}
	found, err := oidc.NewProvider(p.t.Context(), p.issuer)
	if err != nil {
		p.t.Fatal(err)
	}
	return &oauth2.Config{
		ClientID: made.ClientID, ClientSecret: made.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: "https://app.example.test/cb",
		Scopes: []string{"openid", "email", "profile"},
	}
}

// location is where GET answers to go.
func (p *provider) location(target string) *url.URL {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, target, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	at, err := res.Location()
	if err != nil {
		text, _ := io.ReadAll(res.Body)
		p.t.Fatalf("%d %s", res.StatusCode, text)
	}
	return at
}

// decide goes through the browser's part and answers what the client gets.
func (p *provider) decide(target, action string) url.Values {
	p.t.Helper()
	page := p.location(target)
	var shown struct {
		Client      struct{ Name string }
		RedirectURL string `json:"redirect_url"`
	}
	id := page.Query().Get("authorization_id")
	if status := p.call("GET", "/auth/v1/oauth/authorizations/"+id, p.access, "", &shown); status != http.StatusOK {
		p.t.Fatalf("authorization of %s: %d", page, status)
	}
	if shown.RedirectURL == "" {
		if shown.Client.Name != "Demo" {
			p.t.Errorf("shown %+v", shown)
		}
		if status := p.call("POST", "/auth/v1/oauth/authorizations/"+id+"/consent", p.access, `{"action":"`+action+`"}`, &shown); status != http.StatusOK {
			p.t.Fatalf("consent: %d", status)
		}
	}
	back, err := url.Parse(shown.RedirectURL)
	if err != nil || !strings.HasPrefix(shown.RedirectURL, "https://app.example.test/cb?") {
		p.t.Fatalf("redirect %q", shown.RedirectURL)
	}
	if iss := back.Query().Get("iss"); iss != p.issuer {
		p.t.Errorf("iss %q", iss)
	}
	return back.Query()
}

func (p *provider) code(c *oauth2.Config, verifier string) string {
	p.t.Helper()
	got := p.decide(c.AuthCodeURL("state-1", oauth2.S256ChallengeOption(verifier), oidc.Nonce("nonce-1")), "approve")
	if got.Get("state") != "state-1" || got.Get("code") == "" {
		p.t.Fatalf("redirected with %v", got)
	}
	return got.Get("code")
}

func TestAnAppSignsInWithHowdah(t *testing.T) {
	p := newProvider(t, nil)
	for _, method := range []string{"none", "client_secret_basic", "client_secret_post"} {
		c := p.client(method)
		if (method == "none") != (c.ClientSecret == "") {
			t.Fatalf("%s: secret %q", method, c.ClientSecret)
		}
		if method == "client_secret_post" {
			c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
		}
		verifier := oauth2.GenerateVerifier()
		tokens, err := c.Exchange(t.Context(), p.code(c, verifier), oauth2.VerifierOption(verifier))
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		found, err := oidc.NewProvider(t.Context(), p.issuer)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := tokens.Extra("id_token").(string)
		id, err := found.Verifier(&oidc.Config{ClientID: c.ClientID, SupportedSigningAlgs: []string{"ES256"}}).Verify(t.Context(), raw)
		if err != nil || id.Subject != p.user || id.Nonce != "nonce-1" {
			t.Fatalf("id token %+v, %v", id, err)
		}
		if err := id.VerifyAccessToken(tokens.AccessToken); err != nil {
			t.Error(err)
		}
		info, err := found.UserInfo(t.Context(), oauth2.StaticTokenSource(tokens))
		if err != nil || info.Subject != p.user || info.Email != "ada@example.test" || !info.EmailVerified {
			t.Errorf("userinfo %+v, %v", info, err)
		}
		if status := p.call("GET", "/auth/v1/user", raw, "", nil); status != http.StatusForbidden {
			t.Errorf("an ID token is no access token: %d", status)
		}
		if status := p.call("GET", "/auth/v1/user", tokens.AccessToken, "", nil); status != http.StatusOK {
			t.Errorf("the access token: %d", status)
		}
		// What outlives the user's consent, an app may not make.
		for _, change := range [][3]string{
			{"POST", "/auth/v1/api-keys", `{"name":"x"}`}, {"POST", "/auth/v1/factors", `{"factor_type":"totp"}`},
			{"POST", "/auth/v1/passkeys/registration/options", ""}, {"PUT", "/auth/v1/user", `{"password":"battery staple"}`},
			{"PUT", "/auth/v1/user", `{"email":"eve@example.test"}`}, {"DELETE", "/auth/v1/user/oauth/grants?client_id=" + c.ClientID, ""},
		} {
			if status := p.call(change[0], change[1], tokens.AccessToken, change[2], nil); status != http.StatusForbidden && status != http.StatusUnauthorized {
				t.Errorf("%s %s by an app: %d", change[0], change[1], status)
			}
		}
		var no refusal
		if status := p.call("POST", "/auth/v1/refresh", "", `{"refresh_token":"`+tokens.RefreshToken+`"}`, &no); status != http.StatusBadRequest {
			t.Errorf("the app's own refresh took a client's token: %d", status)
		}
	}
}

// expire makes x/oauth2 refresh.
func expire(ctx context.Context, c *oauth2.Config, refresh string) (*oauth2.Token, error) {
	return c.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
}

func TestClientsRefreshRotates(t *testing.T) {
	p := newProvider(t, nil)
	c, verifier := p.client("client_secret_basic"), oauth2.GenerateVerifier()
	first, err := c.Exchange(t.Context(), p.code(c, verifier), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	second, err := expire(t.Context(), c, first.RefreshToken)
	if err != nil || second.RefreshToken == first.RefreshToken {
		t.Fatalf("%+v, %v", second, err)
	}
	if lost, err := expire(t.Context(), c, first.RefreshToken); err != nil || lost.RefreshToken != second.RefreshToken {
		t.Errorf("a lost answer is repeated: %+v, %v", lost, err)
	}
	stranger := p.client("client_secret_basic")
	if _, err := expire(t.Context(), stranger, second.RefreshToken); err == nil {
		t.Error("another client used the token")
	}
	third, err := expire(t.Context(), c, second.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := expire(t.Context(), c, first.RefreshToken); err == nil {
		t.Error("a used token was taken")
	}
	if _, err := expire(t.Context(), c, third.RefreshToken); err == nil {
		t.Error("reuse did not end the session")
	}
	if status := p.call("GET", "/auth/v1/user", third.AccessToken, "", nil); status != http.StatusForbidden {
		t.Errorf("the access token after reuse: %d", status)
	}
}

// One code, eight exchanges at once: one wins, and what it won ends, because
// the code was seen by somebody else.
func TestOneCodeInParallelWinsOnce(t *testing.T) {
	p := newProvider(t, nil)
	c, verifier := p.client("none"), oauth2.GenerateVerifier()
	c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	code := p.code(c, verifier)
	if _, err := c.Exchange(t.Context(), code, oauth2.VerifierOption(oauth2.GenerateVerifier())); err == nil {
		t.Fatal("a wrong verifier was taken")
	}
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		won  []*oauth2.Token
	)
	for range 8 {
		wait.Go(func() {
			got, err := c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won = append(won, got)
			} else if !strings.Contains(err.Error(), "invalid_grant") {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if len(won) != 1 {
		t.Fatalf("%d exchanges of one code", len(won))
	}
	if status := p.call("GET", "/auth/v1/user", won[0].AccessToken, "", nil); status != http.StatusForbidden {
		t.Errorf("after the code came again: %d", status)
	}
}

func TestAuthorizationRefusals(t *testing.T) {
	p := newProvider(t, nil)
	c := p.client("none")
	const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	query := func(change map[string]string) string {
		q := url.Values{
			"client_id": {c.ClientID}, "redirect_uri": {c.RedirectURL}, "response_type": {"code"}, "state": {"s"}, "scope": {"openid"},
			"code_challenge": {challenge}, "code_challenge_method": {"S256"},
		}
		for name, value := range change {
			q.Set(name, value)
		}
		return "/auth/v1/oauth/authorize?" + q.Encode()
	}
	for name, change := range map[string]map[string]string{
		"an unknown client":        {"client_id": "00000000-0000-0000-0000-000000000000"},
		"no client":                {"client_id": "x"},
		"another redirect URI":     {"redirect_uri": "https://evil.example.test/cb"},
		"a longer redirect URI":    {"redirect_uri": c.RedirectURL + "/x"},
		"a redirect URI with more": {"redirect_uri": c.RedirectURL + "?x=1"},
	} {
		var no refusal
		if status := p.call("GET", query(change), "", "", &no); status != http.StatusBadRequest || no.Error != "invalid_request" {
			t.Errorf("%s: %d %+v", name, status, no)
		}
	}
	for want, change := range map[string]map[string]string{
		"unsupported_response_type": {"response_type": "token"},
		"invalid_scope":             {"scope": "openid everything"},
		"invalid_request":           {"code_challenge_method": "plain"},
	} {
		got := p.location(p.url + query(change)).Query()
		if got.Get("error") != want || got.Get("state") != "s" || got.Get("iss") != p.issuer {
			t.Errorf("%s: %v", want, got)
		}
	}
	if got := p.decide(p.url+query(nil), "deny"); got.Get("error") != "access_denied" || got.Get("code") != "" {
		t.Errorf("denied: %v", got)
	}
	id := p.location(p.url + query(nil)).Query().Get("authorization_id")
	if status := p.call("GET", "/auth/v1/oauth/authorizations/"+id, p.access, "", nil); status != http.StatusOK {
		t.Errorf("show: %d", status)
	}
	other, _ := p.signUp("bob")
	var no refusal
	if status := p.call("POST", "/auth/v1/oauth/authorizations/"+id+"/consent", other, `{"action":"approve"}`, &no); status != http.StatusNotFound {
		t.Errorf("somebody else's consent: %d %+v", status, no)
	}
	for body, want := range map[string]string{
		"grant_type=password&client_id=" + c.ClientID:                           "unsupported_grant_type",
		"grant_type=authorization_code&code=x&client_id=x":                      "invalid_client",
		"grant_type=authorization_code&code=x&client_id=" + c.ClientID:          "invalid_grant",
		"grant_type=refresh_token&refresh_token=hr_x&client_id=" + c.ClientID:   "invalid_grant",
		"grant_type=authorization_code&grant_type=x&client_id=" + c.ClientID:    "invalid_request",
		"grant_type=authorization_code&client_secret=x&client_id=" + c.ClientID: "invalid_client",
	} {
		var no refusal
		if p.call("POST", "/auth/v1/oauth/token", "", body, &no); no.Error != want {
			t.Errorf("%s: %+v, want %s", body, no, want)
		}
	}
	for path, want := range map[string]int{"/auth/v1/admin/oauth/clients": http.StatusForbidden, "/auth/v1/oauth/clients/register": http.StatusForbidden} {
		if status := p.call("POST", path, p.access, `{}`, nil); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestRevocationAndIntrospection(t *testing.T) {
	p := newProvider(t, nil)
	c, verifier := p.client("client_secret_post"), oauth2.GenerateVerifier()
	c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	exchange := func() *oauth2.Token {
		t.Helper()
		got, err := c.Exchange(t.Context(), p.code(c, verifier), oauth2.VerifierOption(verifier))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	form := func(path, token string) (status int, active bool, sub string) {
		t.Helper()
		var out struct {
			Active bool
			Sub    string
		}
		status = p.call("POST", "/auth/v1/oauth/"+path, "", url.Values{"token": {token}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}.Encode(), &out)
		return status, out.Active, out.Sub
	}
	for _, which := range []string{"access", "refresh"} {
		tokens := exchange()
		text := tokens.AccessToken
		if which == "refresh" {
			text = tokens.RefreshToken
		}
		if status, active, sub := form("introspect", text); status != 200 || !active || sub != p.user {
			t.Errorf("%s: %d %v %s", which, status, active, sub)
		}
		if status, _, _ := form("revoke", text); status != http.StatusOK {
			t.Errorf("revoke: %d", status)
		}
		if _, active, _ := form("introspect", text); active {
			t.Errorf("%s is active after revocation", which)
		}
		if status := p.call("GET", "/auth/v1/user", tokens.AccessToken, "", nil); status != http.StatusForbidden {
			t.Errorf("after revocation: %d", status)
		}
	}
	if status, active, _ := form("introspect", "nonsense"); status != http.StatusOK || active {
		t.Errorf("nonsense: %d %v", status, active)
	}
	if _, active, _ := form("introspect", p.access); active {
		t.Error("a token of the app's own is no client's to look into")
	}
	tokens := exchange()
	var grants []struct{ Scopes []string }
	if p.call("GET", "/auth/v1/user/oauth/grants", p.access, "", &grants); len(grants) != 1 {
		t.Errorf("grants %+v", grants)
	}
	if status := p.call("DELETE", "/auth/v1/user/oauth/grants?client_id="+c.ClientID, p.access, "", nil); status != http.StatusNoContent {
		t.Errorf("take consent back: %d", status)
	}
	if status := p.call("GET", "/auth/v1/user", tokens.AccessToken, "", nil); status != http.StatusForbidden {
		t.Errorf("after that: %d", status)
	}
}

func TestClientsRegisterThemselves(t *testing.T) {
	p := newProvider(t, map[string]string{"OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION": "true"})
	register := func(body string) (int, refusal) {
		var no refusal
		return p.call("POST", "/auth/v1/oauth/clients/register", "", body, &no), no
	}
	if status, _ := register(`{"client_name":"CLI","redirect_uris":["http://127.0.0.1:7777/cb","com.example.app:/cb"],"token_endpoint_auth_method":"none"}`); status != http.StatusCreated {
		t.Errorf("register: %d", status)
	}
	for _, uri := range []string{"http://app.example.test/cb", "javascript:alert(1)", "https://a.test/cb#x", "https://user@a.test/", "https://a.test/\n", "data:x", ""} {
		body, err := json.Marshal(map[string]any{"client_name": "x", "redirect_uris": []string{uri}})
		if err != nil {
			t.Fatal(err)
		}
		if status, no := register(string(body)); status != http.StatusBadRequest || no.Error != "invalid_redirect_uri" {
			t.Errorf("%q: %d %+v", uri, status, no)
		}
	}
	res, err := http.Get(p.url + "/auth/v1/oauth/consent?authorization_id=%3Cscript%3E")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	csp := res.Header.Get("Content-Security-Policy")
	if err != nil || strings.Contains(string(page), "{{nonce}}") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("the page: %s, %v", csp, err)
	}
}

func TestOAuthServerOff(t *testing.T) {
	p := newProvider(t, map[string]string{"OAUTH_SERVER_ENABLED": "false"})
	var no refusal
	if status := p.call("GET", "/auth/v1/oauth/authorize", "", "", &no); status != http.StatusNotFound || no.Code != "feature_disabled" {
		t.Errorf("%d %+v", status, no)
	}
	if status := p.call("GET", "/.well-known/openid-configuration", "", "", nil); status != http.StatusOK {
		t.Errorf("discovery: %d", status)
	}
}
