package auth

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"howdah/server/config"
)

func confirmed(c *config.Auth) { c.Autoconfirm = false }
func direct(c *config.Auth)    { c.DirectLinks = true }

const verifier = "0123456789012345678901234567890123456789012345678901234567"

func pkceFields() string {
	return `,"code_challenge":"` + s256(verifier) + `","code_challenge_method":"s256"`
}

// location is where a redirect leads: its query and its fragment.
func (a answer) location(t *testing.T) (base string, query, fragment url.Values) {
	t.Helper()
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	fragment, err = url.ParseQuery(u.EscapedFragment())
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme + "://" + u.Host + u.Path, u.Query(), fragment
}

func TestSignUpIsConfirmedByMail(t *testing.T) {
	a := newAPI(t, confirmed, direct)
	const body = `{"email":"Ada@example.test","password":"correct horse","data":{"name":"Ada"}}`
	up := a.call("POST", "/auth/v1/signup?redirect_to=http://site.example.test/in", "", body)
	if up.status != http.StatusOK || up.body.ID == "" || up.body.AccessToken != "" {
		t.Fatalf("sign up: %d %s", up.status, up.text)
	}
	const password = `{"email":"ada@example.test","password":"correct horse"}`
	if got := a.call("POST", "/auth/v1/token?grant_type=password", "", password); got.body.Code != "email_not_confirmed" {
		t.Errorf("unconfirmed: %d %s", got.status, got.text)
	}
	letter := a.mail("ada@example.test")
	if letter.Template != "confirmation" || len(letter.Token) != 6 {
		t.Errorf("letter %+v", letter)
	}
	got := a.call("GET", letter.path(t), "", "")
	base, _, fragment := got.location(t)
	if got.status != http.StatusSeeOther || base != "http://site.example.test/in" || fragment.Get("type") != "signup" || fragment.Get("access_token") == "" {
		t.Fatalf("link: %d %s", got.status, got.header.Get("Location"))
	}
	if user := a.call("GET", "/auth/v1/user", fragment.Get("access_token"), ""); !strings.Contains(user.text, `"email_verified":true`) && !strings.Contains(user.text, `"email_verified": true`) {
		t.Errorf("user: %s", user.text)
	}
	again := a.call("GET", letter.path(t), "", "")
	if _, query, fragment := again.location(t); fragment.Get("error_code") != "otp_expired" || fragment.Get("error") != "access_denied" || len(query) != 0 {
		t.Errorf("used twice: %d %s", again.status, again.header.Get("Location"))
	}
	if got := a.call("POST", "/auth/v1/token?grant_type=password", "", password); got.status != http.StatusOK {
		t.Errorf("confirmed: %d %s", got.status, got.text)
	}
}

func TestLinksShowAButtonFirst(t *testing.T) {
	a := newAPI(t, confirmed)
	a.call("POST", "/auth/v1/otp", "", `{"email":"ada@example.test"}`)
	letter := a.mail("ada@example.test")
	page := a.raw("GET", letter.path(t), "", "")
	if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), letter.Hash) || page.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("page: %d %s", page.Code, page.Body)
	}
	if n := a.one(`select count(*)::text from auth.one_time_tokens`); n != "1" {
		t.Error("looking at a link uses it up")
	}
	form := url.Values{"token": {letter.Hash}, "type": {"signup"}, "redirect_to": {"https://evil.example/"}}
	posted := a.raw("POST", "/auth/v1/verify/link", "application/x-www-form-urlencoded", form.Encode())
	if to := posted.Header().Get("Location"); posted.Code != http.StatusSeeOther || !strings.HasPrefix(to, "http://site.example.test#access_token=") {
		t.Errorf("posted: %d %s", posted.Code, to)
	}
	hostile := a.raw("GET", "/auth/v1/verify?type=signup&token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "", "")
	if strings.Contains(hostile.Body.String(), "<script>") {
		t.Error("the page does not escape")
	}
}

func TestCodes(t *testing.T) {
	a := newAPI(t, confirmed)
	verify := func(body string) answer { return a.call("POST", "/auth/v1/verify", "", body) }
	if got := a.call("POST", "/auth/v1/otp", "", `{"email":"ada@example.test","create_user":false}`); got.status != 422 || got.body.Code != "otp_disabled" {
		t.Errorf("unknown: %d %s", got.status, got.text)
	}
	if got := a.call("POST", "/auth/v1/otp", "", `{"email":"ada@example.test"}`); got.status != http.StatusOK || strings.TrimSpace(got.text) != "{}" {
		t.Fatalf("otp: %d %s", got.status, got.text)
	}
	first := a.mail("ada@example.test")
	if got := verify(`{"type":"email","email":"ada@example.test","token":"` + first.Token + `"}`); got.status != http.StatusOK || got.body.AccessToken == "" {
		t.Fatalf("verify: %d %s", got.status, got.text)
	}
	a.call("POST", "/auth/v1/magiclink", "", `{"email":"ada@example.test"}`)
	second := a.mail("ada@example.test")
	if second.Template != "magic_link" || !strings.Contains(second.URL, "type=magiclink") {
		t.Errorf("letter %+v", second)
	}
	for range 5 {
		if got := verify(`{"type":"email","email":"ada@example.test","token":"` + wrong(second.Token) + `"}`); got.status != 403 || got.body.Code != "otp_expired" {
			t.Errorf("wrong code: %d %s", got.status, got.text)
		}
	}
	if got := verify(`{"type":"email","email":"ada@example.test","token":"` + second.Token + `"}`); got.status != 403 {
		t.Errorf("after five wrong codes the code is dead: %d", got.status)
	}
	if got := verify(`{"type":"magiclink","token_hash":"` + second.Hash + `"}`); got.status != http.StatusOK {
		t.Errorf("the link is not: %d %s", got.status, got.text)
	}
	unknown := verify(`{"type":"email","email":"nobody@example.test","token":"123456"}`)
	known := verify(`{"type":"email","email":"ada@example.test","token":"123456"}`)
	if unknown.status != known.status || unknown.text != known.text {
		t.Errorf("unknown %s, known %s", unknown.text, known.text)
	}
}

// wrong is another code of the same length.
func wrong(code string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
}

func TestOneOfHundredVerificationsWins(t *testing.T) {
	a := newAPI(t, confirmed)
	a.call("POST", "/auth/v1/otp", "", `{"email":"ada@example.test"}`)
	code := a.mail("ada@example.test").Token
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		won  int
	)
	for range 100 {
		wait.Go(func() {
			got := a.call("POST", "/auth/v1/verify", "", `{"type":"email","email":"ada@example.test","token":"`+code+`"}`)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case got.status == http.StatusOK:
				won++
			case got.body.Code != "otp_expired":
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
	wait.Wait()
	if n := a.one(`select count(*)::text from auth.sessions`); won != 1 || n != "1" {
		t.Errorf("%d won, %s sessions", won, n)
	}
}

func TestPKCE(t *testing.T) {
	a := newAPI(t, confirmed, direct)
	up := a.call("POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse"`+pkceFields()+`}`)
	if up.status != http.StatusOK {
		t.Fatalf("sign up: %d %s", up.status, up.text)
	}
	letter := a.mail("ada@example.test")
	if !strings.HasPrefix(letter.Hash, "pkce_") {
		t.Errorf("hash %s", letter.Hash)
	}
	link := a.call("GET", letter.path(t), "", "")
	_, query, fragment := link.location(t)
	code := query.Get("code")
	if code == "" || len(fragment) != 0 {
		t.Fatalf("link: %d %s", link.status, link.header.Get("Location"))
	}
	trade := func(code, verifier string) answer {
		return a.call("POST", "/auth/v1/token?grant_type=pkce", "", `{"auth_code":"`+code+`","code_verifier":"`+verifier+`"}`)
	}
	if got := trade(code, "x"+verifier); got.status != 400 || got.body.Code != "bad_code_verifier" {
		t.Errorf("wrong verifier: %d %s", got.status, got.text)
	}
	if got := trade(code, verifier); got.status != http.StatusOK || got.body.AccessToken == "" {
		t.Errorf("trade: %d %s", got.status, got.text)
	}
	if got := trade(code, verifier); got.status != 404 || got.body.Code != "flow_state_not_found" {
		t.Errorf("used twice: %d %s", got.status, got.text)
	}
	refused := a.call("GET", letter.path(t), "", "")
	if _, query, fragment := refused.location(t); query.Get("error_code") != "otp_expired" || fragment.Get("error_code") != "otp_expired" {
		t.Errorf("refused: %s", refused.header.Get("Location"))
	}
	if got := a.call("POST", "/auth/v1/otp", "", `{"email":"ada@example.test","code_challenge":"`+s256(verifier)+`"}`); got.status != 400 {
		t.Errorf("half a challenge: %d %s", got.status, got.text)
	}
}

func TestRecoverTellsNothing(t *testing.T) {
	a := newAPI(t, func(c *config.Auth) { c.MailGap = 60 })
	a.signUp("ada@example.test")
	for range 2 {
		known := a.call("POST", "/auth/v1/recover", "", `{"email":"ada@example.test"}`)
		unknown := a.call("POST", "/auth/v1/recover", "", `{"email":"bob@example.test"}`)
		if known.status != unknown.status || known.text != unknown.text {
			t.Errorf("known %d %s, unknown %d %s", known.status, known.text, unknown.status, unknown.text)
		}
	}
	if n := a.one(`select count(*)::text from public.sent`); n != "1" {
		t.Errorf("%s mails", n)
	}
}

func TestEmailChangesWhenBothAgree(t *testing.T) {
	a := newAPI(t)
	in := a.signUp("ada@example.test")
	a.signUp("bob@example.test")
	put := func(body string) answer { return a.call("PUT", "/auth/v1/user", in.body.AccessToken, body) }
	if got := put(`{"email":"bob@example.test"}`); got.status != 422 || got.body.Code != "email_exists" {
		t.Errorf("taken: %d %s", got.status, got.text)
	}
	if got := put(`{"email":"new@example.test"}`); got.status != http.StatusOK || !strings.Contains(got.text, "new@example.test") {
		t.Fatalf("change: %d %s", got.status, got.text)
	}
	first := a.call("POST", "/auth/v1/verify", "", `{"type":"email_change","email":"new@example.test","token":"`+a.mail("new@example.test").Token+`"}`)
	if first.status != http.StatusOK || first.body.Code != "200" || first.body.AccessToken != "" {
		t.Fatalf("first half: %d %s", first.status, first.text)
	}
	if got := a.call("GET", "/auth/v1/user", in.body.AccessToken, ""); !strings.Contains(got.text, `"ada@example.test"`) {
		t.Errorf("half way: %s", got.text)
	}
	second := a.call("POST", "/auth/v1/verify", "", `{"type":"email_change","token_hash":"`+a.mail("ada@example.test").Hash+`"}`)
	if second.status != http.StatusOK || second.body.User.Email != "new@example.test" {
		t.Fatalf("second half: %d %s", second.status, second.text)
	}
	if got := a.one(`select email from auth.identities where user_id = $1`, in.body.User.ID); got != "new@example.test" {
		t.Errorf("identity %s", got)
	}
}

func TestPasswordChange(t *testing.T) {
	a := newAPI(t, func(c *config.Auth) { c.Reauthenticate = true })
	in := a.signUp("ada@example.test")
	other := a.call("POST", "/auth/v1/token", "", `{"email":"ada@example.test","password":"correct horse"}`)
	put := func(body string) answer { return a.call("PUT", "/auth/v1/user", in.body.AccessToken, body) }
	if got := put(`{"password":"correct horse"}`); got.status != 422 || got.body.Code != "same_password" {
		t.Errorf("same: %d %s", got.status, got.text)
	}
	a.one(`update auth.sessions set created_at = now() - interval '2 days' where user_id = $1 returning 'x'`, in.body.User.ID)
	if got := put(`{"password":"battery staple"}`); got.status != 400 || got.body.Code != "reauthentication_needed" {
		t.Errorf("no nonce: %d %s", got.status, got.text)
	}
	if got := a.call("GET", "/auth/v1/reauthenticate", in.body.AccessToken, ""); got.status != http.StatusOK {
		t.Fatalf("reauthenticate: %d %s", got.status, got.text)
	}
	nonce := a.mail("ada@example.test").Token
	if got := put(`{"password":"battery staple","nonce":"` + wrong(nonce) + `"}`); got.status != 422 || got.body.Code != "reauthentication_not_valid" {
		t.Errorf("wrong nonce: %d %s", got.status, got.text)
	}
	if got := put(`{"password":"battery staple","nonce":"` + nonce + `","data":{"a":1}}`); got.status != http.StatusOK {
		t.Fatalf("change: %d %s", got.status, got.text)
	}
	if got := put(`{"data":{"a":null,"b":2}}`); got.status != http.StatusOK || strings.Contains(got.text, `"a"`) {
		t.Errorf("null deletes: %s", got.text)
	}
	if got := put(`{"app_metadata":{"admin":true}}`); got.status != 403 || got.body.Code != "not_admin" {
		t.Errorf("app_metadata: %d %s", got.status, got.text)
	}
	if got := a.call("GET", "/auth/v1/user", other.body.AccessToken, ""); got.body.Code != "session_not_found" {
		t.Errorf("the other session: %d %s", got.status, got.text)
	}
}

func TestPhones(t *testing.T) {
	a := newAPI(t, func(c *config.Auth) { c.PhoneEnabled = true; c.SMSTestOTP = []string{"15550001:424242"} })
	up := a.call("POST", "/auth/v1/signup", "", `{"phone":"+43 660 1234567","password":"correct horse"}`)
	if up.status != http.StatusOK || !strings.Contains(up.text, `"436601234567"`) {
		t.Fatalf("sign up: %d %s", up.status, up.text)
	}
	code := a.mail("436601234567").Token
	if got := a.call("POST", "/auth/v1/verify", "", `{"type":"sms","phone":"+436601234567","token":"`+code+`"}`); got.status != http.StatusOK || got.body.AccessToken == "" {
		t.Errorf("verify: %d %s", got.status, got.text)
	}
	if got := a.call("POST", "/auth/v1/token", "", `{"phone":"436601234567","password":"correct horse"}`); got.status != http.StatusOK {
		t.Errorf("password: %d %s", got.status, got.text)
	}
	a.call("POST", "/auth/v1/otp", "", `{"phone":"15550001"}`)
	if got := a.call("POST", "/auth/v1/verify", "", `{"type":"sms","phone":"15550001","token":"424242"}`); got.status != http.StatusOK {
		t.Errorf("test phone: %d %s", got.status, got.text)
	}
	if n := a.one(`select count(*)::text from public.sent where recipient = '15550001'`); n != "0" {
		t.Errorf("%s messages to a test phone", n)
	}
}

func TestAnonymousUsersBecomePermanent(t *testing.T) {
	a := newAPI(t, confirmed, func(c *config.Auth) { c.AnonymousEnabled = true })
	in := a.call("POST", "/auth/v1/signup", "", `{}`)
	if got := a.call("PUT", "/auth/v1/user", in.body.AccessToken, `{"password":"correct horse"}`); got.status != 422 {
		t.Errorf("password without an address: %d %s", got.status, got.text)
	}
	if got := a.call("PUT", "/auth/v1/user", in.body.AccessToken, `{"email":"ada@example.test"}`); got.status != http.StatusOK {
		t.Fatalf("address: %d %s", got.status, got.text)
	}
	got := a.call("POST", "/auth/v1/verify", "", `{"type":"email_change","email":"ada@example.test","token":"`+a.mail("ada@example.test").Token+`"}`)
	if got.status != http.StatusOK || got.body.User.ID != in.body.User.ID || !strings.Contains(got.text, `"is_anonymous": false`) && !strings.Contains(got.text, `"is_anonymous":false`) {
		t.Errorf("verify: %d %s", got.status, got.text)
	}
}
