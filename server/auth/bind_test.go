package auth

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"howdah/server/config"
)

// browser keeps cookies from one request to the next, as browsers do.
type browser struct {
	*api
	jar map[string]*http.Cookie
}

func (a *api) browser() *browser { return &browser{a, map[string]*http.Cookie{}} }

// open sends a navigation; pairs of header names and values follow the path.
func (b *browser) open(path string, header ...string) answer {
	b.t.Helper()
	req := httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	for _, cookie := range b.jar {
		req.AddCookie(cookie)
	}
	rec := httptest.NewRecorder()
	b.echo.ServeHTTP(rec, req)
	for _, cookie := range rec.Result().Cookies() {
		b.jar[cookie.Name] = cookie
	}
	return answer{status: rec.Code, header: rec.Header(), text: rec.Body.String()}
}

// begin goes to /authorize, and answers where that sends the browser.
func (b *browser) begin(provider string) string {
	b.t.Helper()
	begun := b.open("/auth/v1/authorize?provider=" + provider)
	if begun.status != http.StatusFound {
		b.t.Fatalf("authorize: %d %s", begun.status, begun.text)
	}
	return begun.header.Get("Location")
}

// endsWith is the error code that the browser is sent away with; empty for none.
func (a answer) endsWith(t *testing.T) string {
	t.Helper()
	_, query, _ := a.location(t)
	return query.Get("error_code")
}

func TestFlowsEndInTheirBrowser(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, confirmed, with(p))
	ada := jwt.MapClaims{"email": "ada@example.test", "email_verified": true}
	mallory, victim := a.browser(), a.browser()
	code, state := p.approve(t, mallory.begin("corp"), ada)
	back := "/auth/v1/callback?code=" + code + "&state=" + state
	cookie := mallory.jar["howdah_flow"]
	if cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 300 || len(cookie.Value) < 26 {
		t.Fatalf("cookie %v", cookie)
	}
	if got := victim.open(back).endsWith(t); got != "bad_oauth_state" {
		t.Errorf("a browser without a cookie: %q", got)
	}
	victim.begin("corp")
	if got := victim.open(back).endsWith(t); got != "bad_oauth_state" {
		t.Errorf("a browser with a cookie of its own: %q", got)
	}
	if got := mallory.open(back); got.endsWith(t) != "" || !strings.Contains(got.header.Get("Location"), "access_token") {
		t.Errorf("the browser that began, after strangers tried: %s", got.header.Get("Location"))
	}
	if got := mallory.open(back).endsWith(t); got != "bad_oauth_state" {
		t.Errorf("a replay: %q", got)
	}
}

func TestTwoTabsSignInAtOnce(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, with(p))
	b := a.browser()
	first, second := b.begin("corp"), b.begin("corp")
	for _, to := range []string{first, second} {
		code, state := p.approve(t, to, jwt.MapClaims{"email": "ada@example.test", "email_verified": true})
		if got := b.open("/auth/v1/callback?code=" + code + "&state=" + state).endsWith(t); got != "" {
			t.Errorf("a tab ends with %s", got)
		}
	}
}

func TestPostedCallbacksBecomeNavigations(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, with(p))
	b := a.browser()
	code, state := p.approve(t, b.begin("corp"), jwt.MapClaims{"email": "ada@example.test", "email_verified": true})
	posted := a.raw("POST", "/auth/v1/callback", "application/x-www-form-urlencoded", url.Values{"code": {code}, "state": {state}}.Encode())
	to := posted.Header().Get("Location")
	if posted.Code != http.StatusSeeOther || !strings.HasPrefix(to, "http://api.example.test/auth/v1/callback?") {
		t.Fatalf("%d %s", posted.Code, to)
	}
	if got := b.open(strings.TrimPrefix(to, "http://api.example.test")); got.endsWith(t) != "" {
		t.Errorf("sent to %s", got.header.Get("Location"))
	}
}

func TestFlowCookiesOverHTTPS(t *testing.T) {
	p := newIDP(t)
	a := newAPIAt(t, "https://api.example.test", with(p))
	b := a.browser()
	b.begin("corp")
	if cookie := b.jar["__Host-howdah_flow"]; cookie == nil || !cookie.Secure || cookie.Path != "/" {
		t.Errorf("cookies %v", b.jar)
	}
}

var hidden = regexp.MustCompile(`name="([a-z_]+)" value="([^"]*)"`)

// A flow that a script began links to the account of whoever began it. In
// another's browser it must not go through without a word.
func TestLinksThatAScriptBeganAskFirst(t *testing.T) {
	p := newIDP(t)
	a := newAPI(t, with(p))
	in := a.signUp("mallory@example.test")
	begun := a.call("GET", "/auth/v1/user/identities/authorize?provider=corp&skip_http_redirect=true", in.body.AccessToken, "")
	var to struct{ URL string }
	if err := json.Unmarshal([]byte(begun.text), &to); err != nil {
		t.Fatal(err)
	}
	code, state := p.approve(t, to.URL, jwt.MapClaims{"sub": "victim", "email": "victim@example.test", "email_verified": true})
	back := "/auth/v1/callback?" + url.Values{"code": {code}, "state": {state}}.Encode()
	victim := a.browser()
	page := victim.open(back, "Sec-Fetch-Mode", "navigate")
	if page.status != http.StatusOK || !strings.Contains(page.text, "Link accounts?") || page.header.Get("X-Frame-Options")+page.header.Get("Content-Security-Policy") == "" {
		t.Fatalf("%d %s", page.status, page.text)
	}
	if n := a.one(`select count(*)::text from auth.identities where provider_id = 'victim'`); n != "0" {
		t.Error("the page links before anybody agrees")
	}
	if got := victim.open(back+"&agreed=yes", "Sec-Fetch-Mode", "navigate"); got.status != http.StatusOK {
		t.Errorf("an agreement that was made up: %d", got.status)
	}
	form := url.Values{}
	for _, field := range hidden.FindAllStringSubmatch(page.text, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	posted := a.raw("POST", "/auth/v1/callback", "application/x-www-form-urlencoded", form.Encode())
	done := victim.open(strings.TrimPrefix(posted.Header().Get("Location"), "http://api.example.test"), "Sec-Fetch-Mode", "navigate")
	if got := a.one(`select user_id::text from auth.identities where provider_id = 'victim'`); got != in.body.User.ID {
		t.Errorf("after the button: %s %s", got, done.header.Get("Location"))
	}
}

func newAPIAt(t *testing.T, address string, opts ...options) *api {
	t.Helper()
	t.Parallel()
	return build(t, func(c *config.Server) { c.ExternalURL = address }, opts...)
}
