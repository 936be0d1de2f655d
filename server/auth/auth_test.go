package auth

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/db/dbtest"
	"howdah/server/problem"
	"howdah/server/token"
)

// api is the auth surface over a database of its own.
type api struct {
	t     testing.TB
	auth  *Service
	pool  *db.Pool
	echo  *echo.Echo
	ring  *token.Ring
	owner *pgx.Conn
}

type options func(*config.Auth)

func newAPI(t *testing.T, opts ...options) *api {
	t.Helper()
	t.Parallel()
	return newAPISerial(t, opts...)
}

// newAPISerial is for tests that need more than one.
func newAPISerial(t *testing.T, opts ...options) *api {
	t.Helper()
	return build(t, nil, opts...)
}

func build(t testing.TB, at func(*config.Server), opts ...options) *api {
	t.Helper()
	d := dbtest.New(t)
	c, err := config.Parse(map[string]string{
		"HOWDAH_HOME": t.TempDir(), "AUTH_ARGON2_MEMORY_KIB": "7168", "AUTH_ARGON2_TIME": "1",
		"AUTH_RATE_LIMIT_TOKEN_PER_WINDOW": "1000", "AUTH_RATE_LIMIT_SIGNUP_PER_WINDOW": "1000", "AUTH_RATE_LIMIT_OTP_PER_WINDOW": "1000",
		"AUTH_RATE_LIMIT_RECOVER_PER_WINDOW": "1000", "AUTH_RATE_LIMIT_VERIFY_PER_WINDOW": "1000", "AUTH_LOCKOUT_THRESHOLD": "0",
		"SMTP_MAX_FREQUENCY": "0", "SMS_MAX_FREQUENCY": "0",
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Server.ExternalURL, c.Server.SiteURL = "http://api.example.test", "http://site.example.test"
	if at != nil {
		at(&c.Server)
	}
	for _, o := range opts {
		o(&c.Auth)
	}
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), Deps{Pool: d.Pool, Ring: ring, Config: c.Auth, Server: c.Server, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler(problem.Wire{Prefix: "/auth/v1", Render: problem.GoTrue})
	e.Use(s.Cookies)
	s.Mount(e)
	a := &api{t: t, auth: s, pool: d.Pool, echo: e, ring: ring, owner: d.Owner(t)}
	a.catchMail()
	return a
}

type answer struct {
	status int
	header http.Header
	text   string
	body   struct {
		Code         any    `json:"code"`
		ErrorCode    string `json:"error_code"`
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ID           string `json:"id"`
		User         struct {
			ID    string `json:"id"`
			Email string `json:"email"`
		} `json:"user"`
	}
}

func (a *api) call(method, path, bearer, body string) answer {
	a.t.Helper()
	req := httptest.NewRequestWithContext(a.t.Context(), method, path, strings.NewReader(body))
	req.Header.Set("X-Supabase-Api-Version", "2024-01-01")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	rec := httptest.NewRecorder()
	a.echo.ServeHTTP(rec, req)
	text, err := io.ReadAll(rec.Body)
	if err != nil {
		a.t.Error(err)
	}
	out := answer{status: rec.Code, header: rec.Header(), text: string(text)}
	if !json.Valid(text) && len(text) > 0 {
		a.t.Errorf("%s %s: %q is no JSON", method, path, text)
	} else if bytes.HasPrefix(text, []byte("{")) {
		if err := json.Unmarshal(text, &out.body); err != nil {
			a.t.Errorf("%s %s: %q is no JSON: %v", method, path, text, err)
		}
	}
	return out
}

// raw sends a request as a browser does.
func (a *api) raw(method, path, contentType, body string) *httptest.ResponseRecorder {
	a.t.Helper()
	req := httptest.NewRequestWithContext(a.t.Context(), method, path, strings.NewReader(body))
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	rec := httptest.NewRecorder()
	a.echo.ServeHTTP(rec, req)
	return rec
}

func (a *api) signUp(email string) answer {
	a.t.Helper()
	out := a.call("POST", "/auth/v1/signup", "", `{"email":"`+email+`","password":"correct horse"}`)
	if out.status != http.StatusOK || out.body.RefreshToken == "" {
		a.t.Fatalf("sign up: %d %s", out.status, out.text)
	}
	return out
}

func (a *api) refresh(refreshToken string) answer {
	a.t.Helper()
	return a.call("POST", "/auth/v1/token?grant_type=refresh_token", "", `{"refresh_token":"`+refreshToken+`"}`)
}

func (a *api) one(sql string, args ...any) string {
	a.t.Helper()
	var out string
	if err := a.owner.QueryRow(a.t.Context(), sql, args...).Scan(&out); err != nil {
		a.t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func TestSignUpInAndOut(t *testing.T) {
	a := newAPI(t)
	up := a.signUp("Ada@Example.test")
	if up.body.User.Email != "ada@example.test" {
		t.Errorf("e-mail %q", up.body.User.Email)
	}
	in := a.call("POST", "/auth/v1/token?grant_type=password", "", `{"email":"ADA@example.test","password":"correct horse"}`)
	if in.status != http.StatusOK || in.body.User.ID != up.body.User.ID {
		t.Fatalf("sign in: %d %s", in.status, in.text)
	}
	if got := a.call("GET", "/auth/v1/user", in.body.AccessToken, ""); got.status != http.StatusOK || got.body.ID != up.body.User.ID {
		t.Errorf("user: %d %s", got.status, got.text)
	}
	if got := a.call("POST", "/auth/v1/logout?scope=local", in.body.AccessToken, ""); got.status != http.StatusNoContent || got.text != "" {
		t.Errorf("logout: %d %q", got.status, got.text)
	}
	if got := a.call("GET", "/auth/v1/user", in.body.AccessToken, ""); got.status != http.StatusForbidden || got.body.Code != "session_not_found" {
		t.Errorf("after logout: %d %s", got.status, got.text)
	}
	if got := a.call("GET", "/auth/v1/user", up.body.AccessToken, ""); got.status != http.StatusOK {
		t.Errorf("the other session: %d %s", got.status, got.text)
	}
	if hash := a.one(`select encrypted_password from auth.users`); !strings.HasPrefix(hash, "$argon2id$v=19$m=7168,t=1,p=1$") {
		t.Errorf("stored hash %q", hash)
	}
}

func TestRefusals(t *testing.T) {
	a := newAPI(t)
	in := a.signUp("ada@example.test")
	anon, err := a.ring.MintAPIKey("anon")
	if err != nil {
		t.Fatal(err)
	}
	big := `{"email":"x@example.test","password":"correct horse","data":{"a":"` + strings.Repeat("x", 1<<20) + `"}}`
	deep := `{"email":"x@example.test","password":"correct horse","data":` + strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200) + `}`
	password := "/auth/v1/token?grant_type=password"
	for _, tc := range []struct {
		name, method, path, bearer, body string
		status                           int
		code                             string
	}{
		{"malformed JSON", "POST", "/auth/v1/signup", "", `{"email":`, 400, "bad_json"},
		{"not an object", "POST", "/auth/v1/signup", "", `[1]`, 400, "bad_json"},
		{"wrong type", "POST", "/auth/v1/signup", "", `{"email":7,"password":"correct horse"}`, 400, "bad_json"},
		{"bad UTF-8", "POST", "/auth/v1/signup", "", "{\"email\":\"\xff@example.test\"}", 400, "bad_json"},
		{"NUL", "POST", "/auth/v1/signup", "", `{"email":"a\u0000@example.test","password":"correct horse"}`, 400, "validation_failed"},
		{"NUL in metadata", "POST", "/auth/v1/signup", "", `{"email":"a@example.test","password":"correct horse","data":{"a":"\u0000"}}`, 400, "validation_failed"},
		{"too large", "POST", "/auth/v1/signup", "", big, 413, "request_entity_too_large"},
		{"too deep", "POST", "/auth/v1/signup", "", deep, 400, "bad_json"},
		{"metadata is no object", "POST", "/auth/v1/signup", "", `{"email":"a@example.test","password":"correct horse","data":[1]}`, 400, "bad_json"},
		{"nothing at all", "POST", "/auth/v1/signup", "", ``, 422, "anonymous_provider_disabled"},
		{"nulls", "POST", "/auth/v1/signup", "", `{"email":null,"password":null}`, 422, "anonymous_provider_disabled"},
		{"no password", "POST", "/auth/v1/signup", "", `{"email":"a@example.test"}`, 400, "validation_failed"},
		{"weak password", "POST", "/auth/v1/signup", "", `{"email":"a@example.test","password":"abc"}`, 422, "weak_password"},
		{"endless password", "POST", "/auth/v1/signup", "", `{"email":"a@example.test","password":"` + strings.Repeat("x", 2000) + `"}`, 400, "validation_failed"},
		{"no address", "POST", "/auth/v1/signup", "", `{"email":"nobody","password":"correct horse"}`, 400, "validation_failed"},
		{"SQL as an address", "POST", "/auth/v1/signup", "", `{"email":"'; drop table auth.users; --","password":"correct horse"}`, 400, "validation_failed"},
		{"known address", "POST", "/auth/v1/signup", "", `{"email":"ADA@example.test","password":"correct horse"}`, 422, "user_already_exists"},
		{"phone", "POST", "/auth/v1/signup", "", `{"phone":"49","password":"correct horse"}`, 400, "phone_provider_disabled"},
		{"wrong password", "POST", password, "", `{"email":"ada@example.test","password":"wrong"}`, 400, "invalid_credentials"},
		{"unknown user", "POST", password, "", `{"email":"bob@example.test","password":"wrong"}`, 400, "invalid_credentials"},
		{"both", "POST", password, "", `{"email":"ada@example.test","phone":"49","password":"x"}`, 400, "validation_failed"},
		{"neither", "POST", password, "", `{}`, 400, "validation_failed"},
		{"unknown grant", "POST", "/auth/v1/token?grant_type=magic", "", `{}`, 400, "invalid_credentials"},
		{"malformed refresh token", "POST", "/auth/v1/refresh", "", `{"refresh_token":"abc"}`, 400, "validation_failed"},
		{"no refresh token", "POST", "/auth/v1/refresh", "", `{}`, 400, "validation_failed"},
		{"no token", "GET", "/auth/v1/user", "", "", 401, "no_authorization"},
		{"bad token", "GET", "/auth/v1/user", "a.b.c", "", 403, "bad_jwt"},
		{"anon key is no user", "GET", "/auth/v1/user", anon, "", 403, "bad_jwt"},
		{"unknown scope", "POST", "/auth/v1/logout?scope=galaxy", in.body.AccessToken, "", 400, "validation_failed"},
		{"NUL in the scope", "POST", "/auth/v1/logout?scope=%00", in.body.AccessToken, "", 400, "validation_failed"},
		{"unknown path", "GET", "/auth/v1/nothing", "", "", 404, "not_found"},
		{"wrong method", "PATCH", "/auth/v1/user", "", "", 405, "method_not_allowed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := a.call(tc.method, tc.path, tc.bearer, tc.body)
			if got.status != tc.status || got.body.Code != tc.code {
				t.Errorf("%d %s, want %d %s", got.status, got.text, tc.status, tc.code)
			}
			if got.header.Get("X-Supabase-Api-Version") != "2024-01-01" {
				t.Error("errors echo the version, else clients misread their code")
			}
		})
	}
	if n := a.one(`select count(*)::text from auth.users`); n != "1" {
		t.Errorf("%s users: refusals write nothing", n)
	}
}

func TestErrorsForOldClients(t *testing.T) {
	a := newAPI(t)
	req := httptest.NewRequestWithContext(t.Context(), "GET", "/auth/v1/user", nil)
	rec := httptest.NewRecorder()
	a.echo.ServeHTTP(rec, req)
	const want = `{"code":401,"error_code":"no_authorization","msg":"This endpoint requires a valid Bearer token"}`
	if got := strings.TrimSpace(rec.Body.String()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParallelRefreshesGetOneToken(t *testing.T) {
	a := newAPI(t)
	first := a.signUp("ada@example.test").body.RefreshToken
	tokens := make(chan string, 100)
	var wait sync.WaitGroup
	for range cap(tokens) {
		wait.Go(func() {
			got := a.refresh(first)
			if got.status != http.StatusOK {
				t.Errorf("%d %s", got.status, got.text)
			}
			tokens <- got.body.RefreshToken
		})
	}
	wait.Wait()
	close(tokens)
	second := <-tokens
	for other := range tokens {
		if other != second {
			t.Fatal("parallel refreshes got different tokens")
		}
	}
	if second == first {
		t.Error("the token was not rotated")
	}
	if got := a.refresh(second); got.status != http.StatusOK {
		t.Errorf("the new token: %d %s", got.status, got.text)
	}
}

func TestReuseEndsTheSession(t *testing.T) {
	a := newAPI(t, func(c *config.Auth) { c.ReuseInterval = 0 })
	first := a.signUp("ada@example.test")
	second := a.refresh(first.body.RefreshToken)
	if again := a.refresh(first.body.RefreshToken); again.body.RefreshToken != second.body.RefreshToken {
		t.Errorf("the parent answers the current token: %d %s", again.status, again.text)
	}
	third := a.refresh(second.body.RefreshToken)
	if got := a.refresh(first.body.RefreshToken); got.status != http.StatusBadRequest || got.body.Code != "refresh_token_already_used" {
		t.Fatalf("reuse: %d %s", got.status, got.text)
	}
	if got := a.refresh(third.body.RefreshToken); got.body.Code != "session_not_found" {
		t.Errorf("the current token after reuse: %d %s", got.status, got.text)
	}
	if got := a.call("GET", "/auth/v1/user", third.body.AccessToken, ""); got.status != http.StatusForbidden {
		t.Errorf("the access token after reuse: %d", got.status)
	}
	if n := a.one(`select count(*)::text from auth.audit_log where action = 'token_revoked'`); n != "1" {
		t.Errorf("%s audit lines", n)
	}
}

func TestSignUpRaces(t *testing.T) {
	a := newAPI(t)
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		won  int
	)
	for range 16 {
		wait.Go(func() {
			got := a.call("POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse"}`)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case got.status == http.StatusOK:
				won++
			case got.body.Code != "user_already_exists":
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
	wait.Wait()
	if n := a.one(`select count(*)::text from auth.users`); won != 1 || n != "1" {
		t.Errorf("%d won, %s users", won, n)
	}
}

func TestLimitsRefuseAndCount(t *testing.T) {
	a := newAPI(t, func(c *config.Auth) { c.RateLimitToken = 3 })
	a.signUp("ada@example.test")
	var last answer
	for range 4 {
		last = a.call("POST", "/auth/v1/token?grant_type=password", "", `{"email":"ada@example.test","password":"wrong"}`)
	}
	if last.status != http.StatusTooManyRequests || last.body.Code != "over_request_rate_limit" || last.header.Get("Retry-After") == "" {
		t.Errorf("%d %s, Retry-After %q", last.status, last.text, last.header.Get("Retry-After"))
	}
	if got := a.call("POST", "/auth/v1/token?grant_type=password", "", `{"email":"ada@example.test","password":"correct horse"}`); got.status != http.StatusTooManyRequests {
		t.Errorf("the right password does not pass a limit: %d", got.status)
	}
}

func TestAnonymousUsers(t *testing.T) {
	a := newAPI(t, func(c *config.Auth) { c.AnonymousEnabled = true })
	got := a.call("POST", "/auth/v1/signup", "", `{"data":{"from":"test"}}`)
	if got.status != http.StatusOK || got.body.AccessToken == "" || !strings.Contains(got.text, `"is_anonymous": true`) && !strings.Contains(got.text, `"is_anonymous":true`) {
		t.Errorf("%d %s", got.status, got.text)
	}
}

func TestSQLTextsPrepare(t *testing.T) {
	t.Parallel()
	dbtest.Prepares(t,
		signUpBeginSQL, signUpSQL, signInBeginSQL, signInFinishSQL, refreshSQL, refreshRefusedSQL, exchangeSQL, userGetSQL, signOutSQL,
		adminUserGetSQL, adminUserListSQL, adminUserCreateSQL, adminUserUpdateSQL, adminUserDeleteSQL, adminInviteSQL, adminGenerateLinkSQL,
		adminFactorsSQL, adminFactorUpdateSQL, adminFactorDeleteSQL, adminPasskeysSQL, adminPasskeyDeleteSQL, cookieBeginSQL, cookieSessionSQL,
		userDeleteSQL, purgeSQL, sealAuditSQL,
		oauthBeginSQL, oauthTakeSQL, oauthFinishSQL, idTokenSQL, identityUnlinkSQL,
		adminAuditSQL, adminSessionsSQL, adminSignOutSQL, adminTokenSQL, sessionListSQL, sessionRevokeSQL,
		userUpdateBeginSQL, userUpdateSQL, otpRequestSQL, recoverRequestSQL, resendSQL, reauthenticateSQL, verifySQL,
	)
}

func TestHashQueueIsBounded(t *testing.T) {
	t.Parallel()
	h, err := newHasher(t.Context(), argonParams{memory: 7168, time: 1, threads: 1}, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.hash(t.Context(), "x"); problem.From(err).Status != http.StatusServiceUnavailable {
		t.Errorf("error %v", err)
	}
	h.leave()
	if _, err := h.hash(t.Context(), "x"); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}
