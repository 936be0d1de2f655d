package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"howdah/server/auth/hooks/hookstest"
	"howdah/server/db/dbtest"
)

// overHTTP is a configuration of HTTP hooks at r.
func overHTTP(r *hookstest.Receiver, events ...string) map[string]string {
	vars := map[string]string{"MAILER_AUTOCONFIRM": "false", "EXTERNAL_PHONE_ENABLED": "true", "SMTP_MAX_FREQUENCY": "0", "JOBS_BACKOFF_BASE_S": "0.01"}
	for _, event := range events {
		vars["HOOK_"+event+"_ENABLED"], vars["HOOK_"+event+"_URI"], vars["HOOK_"+event+"_SECRETS"] = "true", r.URL, hookstest.Secrets
	}
	return vars
}

// Mails, text messages and news of a user leave by jobs, signed, and again where the
// hook failed; what they carry opens what it should.
func TestHooksThatSend(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	var mu sync.Mutex
	failed := map[string]bool{}
	r := hookstest.Serve(t, func(w http.ResponseWriter, _ *http.Request, call hookstest.Call) {
		mu.Lock()
		defer mu.Unlock()
		if !failed[call.Name] { // each is down the first time
			failed[call.Name] = true
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		hookstest.Reply(w, `{}`)
	})
	s := newServer(t, d.URL, overHTTP(r, "SEND_EMAIL", "SEND_SMS", "AFTER_USER_CREATED"))
	ctx, stop := context.WithCancel(t.Context())
	done := s.start(ctx)
	t.Cleanup(func() { stop(); <-done })
	owner := d.Owner(t)
	post := func(method, path, bearer, body string) got {
		t.Helper()
		res := s.do(t, method, "/auth/v1"+path, map[string]string{"Authorization": "Bearer " + bearer, "Content-Type": "application/json"}, body)
		if res.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.status, res.body)
		}
		return res
	}
	// call is the nth call of a hook that went through.
	call := func(name string, n int) hookstest.Call {
		t.Helper()
		for range 3000 {
			if calls := r.Calls(name); len(calls) > n { // the first failed
				return calls[n]
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("%s: %+v", name, r.Calls(name))
		return hookstest.Call{}
	}
	post("POST", "/signup", "", `{"email":"ada@example.test","password":"correct horse battery"}`)
	mail := call("send-email", 1)
	if first := r.Calls("send-email")[0]; first.ID != mail.ID || first.Text != mail.Text {
		t.Error("tried again, a message is another one")
	}
	data := mail.Input.EmailData
	if len(data) != 11 || data["email_action_type"] != "signup" || data["token_hash"] == "" || mail.Input.User.Email != "ada@example.test" || !strings.HasPrefix(data["site_url"], "http") {
		t.Errorf("sign-up: %v", data)
	}
	if told := call("after-user-created", 1); told.Input.User.ID != mail.Input.User.ID || told.ID != told.Input.Metadata.UUID {
		t.Errorf("told: %+v", told)
	}
	var session struct {
		AccessToken string `json:"access_token"`
	}
	in := post("POST", "/verify", "", `{"type":"signup","email":"ada@example.test","token":"`+data["token"]+`"}`)
	if err := json.Unmarshal([]byte(in.body), &session); err != nil {
		t.Fatal(err)
	}
	// One call for both ends of a change, crossed as GoTrue crosses it.
	post("PUT", "/user", session.AccessToken, `{"email":"new@example.test"}`)
	change := call("send-email", 2).Input.EmailData
	if change["email_action_type"] != "email_change" {
		t.Fatalf("%v", change)
	}
	post("POST", "/verify", "", `{"type":"email_change","email":"ada@example.test","token":"`+change["token"]+`"}`) // of the current address
	post("POST", "/verify", "", `{"type":"email_change","token_hash":"`+change["token_hash"]+`"}`)                  // of the new one
	var email string
	if err := owner.QueryRow(t.Context(), `select email from auth.users`).Scan(&email); err != nil || email != "new@example.test" {
		t.Errorf("after the change: %s %v", email, err)
	}
	post("PUT", "/user", session.AccessToken, `{"email":"third@example.test"}`)
	change = call("send-email", 3).Input.EmailData
	post("POST", "/verify", "", `{"type":"email_change","token_hash":"`+change["token_hash_new"]+`"}`)
	post("POST", "/verify", "", `{"type":"email_change","email":"third@example.test","token":"`+change["token_new"]+`"}`)
	if err := owner.QueryRow(t.Context(), `select email from auth.users`).Scan(&email); err != nil || email != "third@example.test" {
		t.Errorf("after the other change: %s %v", email, err)
	}
	post("POST", "/otp", "", `{"phone":"436601234567"}`)
	sms := call("send-sms", 1).Input.SMS
	post("POST", "/verify", "", `{"type":"sms","phone":"436601234567","token":"`+sms["otp"]+`"}`)
	if len(sms) != 2 || sms["phone"] != "436601234567" {
		t.Errorf("sms: %v", sms)
	}
	var secrets int
	const leftSQL = `select count(*) from mail.messages m where strpos(m::text, $1) > 0 or strpos(m::text, $2) > 0 or m.sealed is not null and m.state = 'sent'`
	if err := owner.QueryRow(t.Context(), leftSQL, data["token_hash"], change["token_hash_new"]).Scan(&secrets); err != nil || secrets != 0 {
		t.Errorf("%d messages keep a secret: %v", secrets, err)
	}
}

// An app's tokens have the claims of an HTTP hook too; what only asks whether a session
// lives asks no hook.
func TestAnAppsTokensAskTheHook(t *testing.T) {
	r := hookstest.New(t, func(call hookstest.Call) string {
		call.Input.Claims["plan"] = "pro"
		text, _ := json.Marshal(map[string]any{"claims": call.Input.Claims}) //nolint:errchkjson // it came as JSON
		return string(text)
	})
	p := newProvider(t, map[string]string{
		"HOOK_CUSTOM_ACCESS_TOKEN_ENABLED": "true", "HOOK_CUSTOM_ACCESS_TOKEN_URI": r.URL, "HOOK_CUSTOM_ACCESS_TOKEN_SECRETS": hookstest.Secrets,
	})
	c, verifier := p.client("client_secret_basic"), oauth2.GenerateVerifier()
	first, err := c.Exchange(t.Context(), p.code(c, verifier), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	second, err := expire(t.Context(), c, first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	asked := len(r.Calls("customize-access-token"))
	for _, token := range []string{first.AccessToken, second.AccessToken} {
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		if err != nil || !strings.Contains(string(payload), `"plan":"pro"`) && !strings.Contains(string(payload), `"plan": "pro"`) {
			t.Errorf("claims %s, %v", payload, err)
		}
		if status := p.call("GET", "/auth/v1/oauth/userinfo", token, "", nil); status != http.StatusOK {
			t.Errorf("userinfo: %d", status)
		}
	}
	if asked != 3 || len(r.Calls("")) != asked { // the user's own sign-up, the exchange, the refresh
		t.Errorf("%d calls, then %d", asked, len(r.Calls("")))
	}
}

// What the configuration names is registered, and goes when it no longer does.
func TestConfiguredFunctions(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	owner := d.Owner(t)
	if _, err := owner.Exec(t.Context(), `create schema app; create function app.add(_event jsonb) returns jsonb language sql as $$
		select jsonb_build_object('claims', _event -> 'claims' || '{"plan": "pro"}') $$`); err != nil {
		t.Fatal(err)
	}
	names := func() (n int) {
		if err := owner.QueryRow(t.Context(), `select count(*) from auth.hooks where event = 'custom_access_token' and function = 'app.add'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	url := owner.Config().ConnString()
	vars := map[string]string{"HOOK_CUSTOM_ACCESS_TOKEN_ENABLED": "true", "HOOK_CUSTOM_ACCESS_TOKEN_URI": "pg-functions://postgres/app/add"}
	for range 2 {
		if err := configureHooks(t.Context(), settings(t, vars), url); err != nil || names() != 1 {
			t.Fatalf("%d, %v", names(), err)
		}
	}
	if err := configureHooks(t.Context(), settings(t, nil), url); err != nil || names() != 0 {
		t.Errorf("%d, %v", names(), err)
	}
	vars["HOOK_CUSTOM_ACCESS_TOKEN_URI"] = "pg-functions://postgres/app/missing"
	if err := configureHooks(t.Context(), settings(t, vars), url); err == nil || !strings.Contains(err.Error(), "app.missing") {
		t.Errorf("%v", err)
	}
}
