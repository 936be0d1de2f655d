package auth

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"howdah/server/auth/hooks"
	"howdah/server/auth/hooks/hookstest"
	"howdah/server/config"
)

// hooked is an API whose flows ask r.
func hooked(t *testing.T, r *hookstest.Receiver, more ...options) *api {
	t.Helper()
	a := newAPI(t, append([]options{func(c *config.Auth) {
		secrets := config.Secret(hookstest.Secrets)
		c.Hooks = config.Hooks{
			CustomAccessToken: true, CustomAccessTokenURI: r.URL, CustomAccessTokenSecrets: secrets,
			PasswordAttempt: true, PasswordAttemptURI: r.URL, PasswordAttemptSecrets: secrets,
			BeforeUserCreated: true, BeforeUserCreatedURI: r.URL, BeforeUserCreatedSecrets: secrets,
			AfterUserCreated: true, AfterUserCreatedURI: r.URL, AfterUserCreatedSecrets: secrets,
		}
	}}, more...)...)
	a.auth.asker.Limits = hooks.Limits{Total: 20 * time.Second, Pause: time.Millisecond, Tries: 3, Bytes: 200 << 10}
	return a
}

// agree answers as a hook that has nothing against anything and adds a claim.
func agree(call hookstest.Call) string {
	switch call.Name {
	case "customize-access-token":
		claims := call.Input.Claims
		claims["plan"], claims["sub"], claims["role"] = "pro", "somebody else", "service_role"
		text, _ := json.Marshal(map[string]any{"claims": claims}) //nolint:errchkjson // it came as JSON
		return string(text)
	case "password-verification":
		return `{"decision": "continue"}`
	default:
		return ""
	}
}

func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	var claims map[string]any
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Errorf("%q is no token", token)
		return claims
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(text, &claims)
	}
	if err != nil {
		t.Error(err)
	}
	return claims
}

// until waits for a condition, and gives up after a while.
func (a *api) until(done func() bool) {
	a.t.Helper()
	for range 3000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	a.t.Fatal("it never came to be")
}

func TestHooksOverHTTP(t *testing.T) {
	r := hookstest.New(t, agree)
	a := hooked(t, r)
	up := a.call("POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse","data":{"a":1}}`)
	claims := claimsOf(t, up.body.AccessToken)
	if up.status != http.StatusOK || claims["plan"] != "pro" || claims["sub"] != up.body.User.ID || claims["role"] != "authenticated" {
		t.Fatalf("sign up: %d %s %v", up.status, up.text, claims)
	}
	before, token := r.Calls("before-user-created"), r.Calls("customize-access-token")
	if len(before) != 1 || before[0].Input.User.ID != up.body.User.ID || before[0].Input.User.Email != "ada@example.test" || before[0].Input.User.Role != "" {
		t.Errorf("before the user was made: %+v", before)
	}
	if len(token) != 1 || token[0].Input.UserID != up.body.User.ID || token[0].Input.Claims["session_id"] != claims["session_id"] || token[0].Input.Method != "password" {
		t.Errorf("for the token: %+v", token)
	}
	if m := token[0].Input.Metadata; m.IP == "" || m.Time.IsZero() || m.UUID == "" || token[0].ID == "" {
		t.Errorf("metadata: %+v", m)
	}
	if n := a.one(`select count(*)::text from auth.sessions where id::text = $1`, claims["session_id"]); n != "1" {
		t.Error("the session is not the one that the hook heard of")
	}
	if got := a.one(`select payload #>> '{input,user,id}' from jobs.jobs where name = 'auth.hook'`); got != up.body.User.ID {
		t.Errorf("after the user was made: %s", got)
	}
	in := a.call("POST", "/auth/v1/token?grant_type=password", "", `{"email":"ada@example.test","password":"correct horse"}`)
	if attempts := r.Calls("password-verification"); in.status != http.StatusOK || len(attempts) != 1 || !attempts[0].Input.Valid {
		t.Errorf("sign in: %d %s %+v", in.status, in.text, attempts)
	}
	again := a.refresh(in.body.RefreshToken)
	if got := r.Calls("customize-access-token"); again.status != http.StatusOK || got[len(got)-1].Input.Method != "token_refresh" || claimsOf(t, again.body.AccessToken)["plan"] != "pro" {
		t.Errorf("refresh: %d %s", again.status, again.text)
	}
	if got := a.call("POST", "/auth/v1/token?grant_type=password", "", `{"email":"ada@example.test","password":"wrong"}`); got.body.Code != "invalid_credentials" {
		t.Errorf("a wrong password: %d %s", got.status, got.text)
	}
	if attempts := r.Calls("password-verification"); len(attempts) != 2 || attempts[1].Input.Valid {
		t.Errorf("a wrong password: %+v", attempts)
	}
	if got := a.call("POST", "/auth/v1/token?grant_type=password", "", `{"email":"bob@example.test","password":"wrong"}`); got.body.Code != "invalid_credentials" {
		t.Errorf("nobody: %d %s", got.status, got.text)
	}
	if attempts := r.Calls("password-verification"); len(attempts) != 2 {
		t.Errorf("a hook was asked about nobody: %+v", attempts)
	}
}

// What hooks say no to is not done, and nothing of it stays.
func TestHooksSayNo(t *testing.T) {
	const signUp = `{"email":"bob@example.test","password":"correct horse"}`
	const wrong = `{"email":"ada@example.test","password":"wrong"}`
	const right = `{"email":"ada@example.test","password":"correct horse"}`
	var mu sync.Mutex
	answers := map[string]string{}
	r := hookstest.New(t, func(call hookstest.Call) string {
		mu.Lock()
		defer mu.Unlock()
		if text, ok := answers[call.Name]; ok {
			return text
		}
		return agree(call)
	})
	a := hooked(t, r)
	ada := a.signUp("ada@example.test")
	state := func() string {
		return a.one(`select (select count(*) from auth.users) || ' ' || (select count(*) from auth.sessions) || ' ' || (select count(*) from jobs.jobs)
			|| ' ' || (select max(refresh_counter) from auth.sessions) || ' ' || (select count(*) from auth.audit_log where action <> 'login_failed')`)
	}
	for _, tc := range []struct {
		name, hook, answer, path, body string
		status                         int
		code, message                  string
	}{
		{"sign-up is refused", "before-user-created", `{"error": {"http_code": 403, "message": "Not you."}}`, "/signup", signUp, 403, "unknown", "Not you."},
		{"an error without a status", "before-user-created", `{"error": {"message": "Broken."}}`, "/signup", signUp, 500, "unexpected_failure", ""},
		{"claims are refused", "customize-access-token", `{"error": {"http_code": 422, "message": "No plan."}}`, "/signup", signUp, 422, "unknown", "No plan."},
		{"no claims", "customize-access-token", `{}`, "/signup", signUp, 500, "unexpected_failure", ""},
		{"claims that are none", "customize-access-token", `{"claims": [1]}`, "/signup", signUp, 500, "unexpected_failure", ""},
		{"a refresh without claims", "customize-access-token", `{}`, "/token?grant_type=refresh_token", `{"refresh_token":"` + ada.body.RefreshToken + `"}`, 500, "unexpected_failure", ""},
		{"a right password is rejected", "password-verification", `{"decision": "reject", "message": "Not today."}`, "/token?grant_type=password", right, 400, "invalid_credentials", "Not today."},
		{"a wrong password is rejected", "password-verification", `{"decision": "reject"}`, "/token?grant_type=password", wrong, 400, "invalid_credentials", "Invalid login credentials"},
		{"no JSON", "password-verification", `<p>`, "/token?grant_type=password", right, 500, "unexpected_failure", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			mu.Lock()
			answers = map[string]string{tc.hook: tc.answer}
			mu.Unlock()
			was := state()
			got := a.call("POST", "/auth/v1"+tc.path, "", tc.body)
			if got.status != tc.status || got.body.Code != tc.code || !strings.Contains(got.text, tc.message) {
				t.Errorf("%d %s", got.status, got.text)
			}
			if is := state(); is != was {
				t.Errorf("users, sessions, jobs, counter, audit were %s and are %s", was, is)
			}
		})
	}
	mu.Lock()
	answers = map[string]string{"password-verification": `{"decision": "reject", "should_logout_user": true}`}
	mu.Unlock()
	a.call("POST", "/auth/v1/token?grant_type=password", "", wrong)
	if got := a.refresh(ada.body.RefreshToken); got.body.Code != "session_not_found" {
		t.Errorf("sessions after should_logout_user: %d %s", got.status, got.text)
	}
}

// A hook that fails leaves the refresh token usable: the client keeps its session.
func TestARefreshOutlivesItsHook(t *testing.T) {
	var mu sync.Mutex
	down := false
	r := hookstest.Serve(t, func(w http.ResponseWriter, _ *http.Request, call hookstest.Call) {
		mu.Lock()
		defer mu.Unlock()
		if down {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		hookstest.Reply(w, agree(call))
	})
	a := hooked(t, r, func(c *config.Auth) { c.ReuseInterval = 0; c.Hooks.BeforeUserCreated = false })
	first := a.signUp("ada@example.test").body.RefreshToken
	mu.Lock()
	down = true
	mu.Unlock()
	for range 2 {
		if got := a.refresh(first); got.status != http.StatusInternalServerError {
			t.Fatalf("%d %s", got.status, got.text)
		}
	}
	mu.Lock()
	down = false
	mu.Unlock()
	second := a.refresh(first)
	third := a.refresh(second.body.RefreshToken)
	if second.status != http.StatusOK || third.status != http.StatusOK || a.one(`select refresh_counter::text from auth.sessions`) != "2" {
		t.Errorf("%d %s, %d %s", second.status, second.text, third.status, third.text)
	}
}

func TestParallelRefreshesWithAHookGetOneToken(t *testing.T) {
	a := hooked(t, hookstest.New(t, agree))
	first := a.signUp("ada@example.test").body.RefreshToken
	var wait sync.WaitGroup
	tokens := make([]string, 20)
	for i := range tokens {
		wait.Go(func() {
			got := a.refresh(first)
			if got.status != http.StatusOK || claimsOf(t, got.body.AccessToken)["plan"] != "pro" {
				t.Errorf("%d %s", got.status, got.text)
			}
			tokens[i] = got.body.RefreshToken
		})
	}
	wait.Wait()
	for _, token := range tokens {
		if token != tokens[0] || token == first {
			t.Fatal("parallel refreshes got different tokens")
		}
	}
	if n := a.one(`select refresh_counter::text from auth.sessions`); n != "1" {
		t.Errorf("counter %s", n)
	}
}

// What is true when the answer comes decides, not what was true at the question.
func TestTheSecondRoundDecides(t *testing.T) {
	var a *api
	r := hookstest.New(t, func(call hookstest.Call) string {
		if call.Name == "password-verification" {
			if _, err := a.owner.Exec(t.Context(), `update auth.users set banned_until = 'infinity'`); err != nil {
				t.Error(err)
			}
		}
		return agree(call)
	})
	a = hooked(t, r)
	a.signUp("ada@example.test")
	if got := a.call("POST", "/auth/v1/token?grant_type=password", "", `{"email":"ada@example.test","password":"correct horse"}`); got.body.Code != "user_banned" {
		t.Errorf("banned between the rounds: %d %s", got.status, got.text)
	}
	if n := a.one(`select count(*)::text from auth.sessions`); n != "1" {
		t.Errorf("%s sessions", n)
	}
}

// An answer about a user who changed meanwhile is none: the hook is asked anew.
func TestAnAnswerFitsItsQuestionAlone(t *testing.T) {
	var a *api
	changes := 0
	r := hookstest.New(t, func(call hookstest.Call) string {
		if call.Name == "customize-access-token" && call.Input.Method == "token_refresh" && changes > 0 {
			changes--
			if _, err := a.owner.Exec(t.Context(), `update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('team', $1::int)`, changes); err != nil {
				t.Error(err)
			}
		}
		return agree(call)
	})
	a = hooked(t, r)
	first := a.signUp("ada@example.test").body.RefreshToken
	changes = 1
	got := a.refresh(first)
	meta, _ := claimsOf(t, got.body.AccessToken)["app_metadata"].(map[string]any)
	if got.status != http.StatusOK || meta["team"] != 0.0 || len(r.Calls("customize-access-token")) != 3 {
		t.Errorf("%d %s %v", got.status, got.text, meta)
	}
	changes = 100
	if got := a.refresh(got.body.RefreshToken); got.status != http.StatusInternalServerError || changes < 90 {
		t.Errorf("what never settles: %d %s after %d changes", got.status, got.text, 100-changes)
	}
}

func TestClientsBringNoAnswers(t *testing.T) {
	r := hookstest.New(t, func(call hookstest.Call) string {
		if call.Name == "before-user-created" {
			return `{"error": {"http_code": 403, "message": "Nobody."}}`
		}
		return agree(call)
	})
	a := hooked(t, r)
	const more = `"hook_answers":[{"event":"before_user_created","answer":{}}],"_settings":{"http_hooks":[]},"settings":{"http_hooks":[]}`
	got := a.call("POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse","data":{`+more+`},`+more+`}`)
	if got.status != http.StatusForbidden || len(r.Calls("before-user-created")) != 1 || a.one(`select count(*)::text from auth.users`) != "0" {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// While hooks hang, the pool is free: it has as few connections as can be.
func TestNoConnectionWaitsForAHook(t *testing.T) {
	release := make(chan struct{})
	r := hookstest.New(t, func(call hookstest.Call) string {
		if call.Name == "password-verification" {
			<-release
		}
		return agree(call)
	})
	a := hooked(t, r)
	bearer := a.signUp("ada@example.test").body.AccessToken
	size := int(a.pool.Config().MaxConns)
	var wait sync.WaitGroup
	for range 4 * size {
		wait.Go(func() {
			if got := a.call("POST", "/auth/v1/token?grant_type=password", "", `{"email":"ada@example.test","password":"correct horse"}`); got.status != http.StatusOK {
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
	a.until(func() bool { return len(r.Calls("password-verification")) == 4*size })
	if n := a.pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are held while %d hooks hang", n, 4*size)
	}
	if n := a.one(`select count(*)::text from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`); n != "0" {
		t.Errorf("%s transactions wait", n)
	}
	if got := a.call("GET", "/auth/v1/user", bearer, ""); got.status != http.StatusOK {
		t.Errorf("meanwhile: %d %s", got.status, got.text)
	}
	close(release)
	wait.Wait()
}

func TestAHookThatHangsEndsItsRequest(t *testing.T) {
	r := hookstest.Serve(t, func(_ http.ResponseWriter, req *http.Request, _ hookstest.Call) { <-req.Context().Done() })
	a := hooked(t, r)
	a.auth.asker.Limits.Total = 50 * time.Millisecond
	got := a.call("POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse"}`)
	if got.status != http.StatusUnprocessableEntity || got.body.Code != "hook_timeout" || a.one(`select count(*)::text from auth.users`) != "0" {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// An account that no hook is asked about fails like those that are asked about:
// whether a hook is down does not tell who is known.
func TestAHookThatIsDownTellsNobody(t *testing.T) {
	var mu sync.Mutex
	down := false
	r := hookstest.Serve(t, func(w http.ResponseWriter, _ *http.Request, call hookstest.Call) {
		mu.Lock()
		defer mu.Unlock()
		if down && call.Name != "customize-access-token" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		hookstest.Reply(w, agree(call))
	})
	a := hooked(t, r)
	a.signUp("ada@example.test")
	mu.Lock()
	down = true
	mu.Unlock()
	password := func(email string) answer {
		return a.call("POST", "/auth/v1/token?grant_type=password", "", `{"email":"`+email+`","password":"wrong"}`)
	}
	known, unknown := password("ada@example.test"), password("bob@example.test")
	if known.status != http.StatusInternalServerError || known.status != unknown.status || known.text != unknown.text {
		t.Errorf("known: %d %s; unknown: %d %s", known.status, known.text, unknown.status, unknown.text)
	}
}
