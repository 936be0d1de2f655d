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

// expire makes x/oauth2 refresh.
func expire(ctx context.Context, c *oauth2.Config, refresh string) (*oauth2.Token, error) {
	return c.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
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
