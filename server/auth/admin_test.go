package auth

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func (a *api) key(role string) string {
	a.t.Helper()
	key, err := a.ring.MintAPIKey(role)
	if err != nil {
		a.t.Fatal(err)
	}
	return key
}

func TestAdminUsers(t *testing.T) {
	a := newAPI(t)
	service := a.key("service_role")
	admin := func(method, path, body string) answer { return a.call(method, "/auth/v1/admin"+path, service, body) }
	made := admin("POST", "/users", `{"email":"Ada@example.test","password":"correct horse","email_confirm":true,"user_metadata":{"full_name":"Ada L"},"app_metadata":{"plan":"pro"}}`)
	if made.status != http.StatusOK || made.body.ID == "" || !strings.Contains(made.text, `"plan"`) {
		t.Fatalf("create: %d %s", made.status, made.text)
	}
	if got := admin("POST", "/users", `{"email":"ada@example.test"}`); got.status != 422 || got.body.Code != "email_exists" {
		t.Errorf("again: %d %s", got.status, got.text)
	}
	const in = `{"email":"ada@example.test","password":"correct horse"}`
	session := a.call("POST", "/auth/v1/token", "", in)
	if session.status != http.StatusOK {
		t.Fatalf("sign in: %d %s", session.status, session.text)
	}
	id := made.body.ID
	for _, tc := range []struct {
		name, body string
		status     int
		code       any
	}{
		{"another address", `{"email":"countess@example.test"}`, 200, nil},
		{"weak password", `{"password":"abc"}`, 422, "weak_password"},
		{"a role of the platform", `{"role":"howdah_owner"}`, 400, "validation_failed"},
		{"bad ban", `{"ban_duration":"long"}`, 400, "validation_failed"},
		{"ban", `{"ban_duration":"24h"}`, 200, nil},
	} {
		if got := admin("PUT", "/users/"+id, tc.body); got.status != tc.status || got.body.Code != tc.code {
			t.Errorf("%s: %d %s", tc.name, got.status, got.text)
		}
	}
	if got := a.call("GET", "/auth/v1/user", session.body.AccessToken, ""); got.body.Code != "user_banned" {
		t.Errorf("banned: %d %s", got.status, got.text)
	}
	if got := a.refresh(session.body.RefreshToken); got.body.Code != "user_banned" {
		t.Errorf("banned refresh: %d %s", got.status, got.text)
	}
	admin("PUT", "/users/"+id, `{"ban_duration":"none","password":"battery staple"}`)
	if got := a.call("GET", "/auth/v1/user", session.body.AccessToken, ""); got.body.Code != "session_not_found" {
		t.Errorf("a new password ends sessions: %d %s", got.status, got.text)
	}
	if got := admin("DELETE", "/users/"+id, `{"should_soft_delete":true}`); got.status != 200 {
		t.Errorf("soft delete: %d %s", got.status, got.text)
	}
	if got := admin("GET", "/users/"+id, ""); got.status != 200 || strings.Contains(got.text, "countess") || strings.Contains(got.text, "Ada") {
		t.Errorf("what is left: %d %s", got.status, got.text)
	}
	if got := admin("DELETE", "/users/"+id, ""); got.status != 200 {
		t.Errorf("delete: %d %s", got.status, got.text)
	}
	if got := admin("GET", "/users/"+id, ""); got.status != 404 || got.body.Code != "user_not_found" {
		t.Errorf("gone: %d %s", got.status, got.text)
	}
}

func TestAdminIsForTheServiceRoleAlone(t *testing.T) {
	a := newAPI(t)
	in := a.signUp("ada@example.test")
	for _, r := range []struct{ method, path string }{
		{"GET", "/admin/users"},
		{"POST", "/admin/users"},
		{"GET", "/admin/users/" + in.body.User.ID},
		{"PUT", "/admin/users/" + in.body.User.ID},
		{"DELETE", "/admin/users/" + in.body.User.ID},
		{"GET", "/admin/audit"},
		{"GET", "/admin/users/" + in.body.User.ID + "/sessions"},
		{"DELETE", "/admin/users/" + in.body.User.ID + "/sessions"},
	} {
		for name, bearer := range map[string]string{"anon": a.key("anon"), "user": in.body.AccessToken} {
			if got := a.call(r.method, "/auth/v1"+r.path, bearer, `{"email":"x@example.test"}`); got.status != 403 || got.body.Code != "not_admin" {
				t.Errorf("%s %s as %s: %d %s", r.method, r.path, name, got.status, got.text)
			}
		}
		if got := a.call(r.method, "/auth/v1"+r.path, "", `{"email":"x@example.test"}`); got.status != 401 {
			t.Errorf("%s %s without a token: %d", r.method, r.path, got.status)
		}
	}
	if got := a.call("POST", "/auth/v1/invite", in.body.AccessToken, `{"email":"x@example.test"}`); got.status != 403 {
		t.Errorf("invite: %d", got.status)
	}
}

func TestAdminListsPageAndSearch(t *testing.T) {
	a := newAPI(t)
	service := a.key("service_role")
	for _, name := range []string{"ada", "bob", "cleo"} {
		a.signUp(name + "@example.test")
	}
	got := a.call("GET", "/auth/v1/admin/users?page=1&per_page=2", service, "")
	var list struct {
		Users []struct{ Email string }
		Aud   string
	}
	if err := json.Unmarshal([]byte(got.text), &list); err != nil || len(list.Users) != 2 || list.Users[0].Email != "cleo@example.test" || list.Aud == "" {
		t.Errorf("list: %s", got.text)
	}
	const link = `</admin/users?page=2&per_page=2>; rel="next", </admin/users?page=2&per_page=2>; rel="last"`
	if got.header.Get("Link") != link || got.header.Get("X-Total-Count") != "3" {
		t.Errorf("Link %s, total %s", got.header.Get("Link"), got.header.Get("X-Total-Count"))
	}
	if got := a.call("GET", "/auth/v1/admin/users?filter=BOB&page=&per_page=", service, ""); got.header.Get("X-Total-Count") != "1" {
		t.Errorf("search: %s", got.text)
	}
	if got := a.call("GET", "/auth/v1/admin/users?page=x", service, ""); got.status != 400 {
		t.Errorf("bad page: %d", got.status)
	}
	if got := a.call("GET", "/auth/v1/admin/audit?query=action:signedup", service, ""); got.header.Get("X-Total-Count") != "3" || !strings.HasPrefix(got.text, "[") {
		t.Errorf("audit: %s", got.text)
	}
	if got := a.call("GET", "/auth/v1/admin/audit?query=name:x", service, ""); got.status != 400 {
		t.Errorf("audit of an unknown scope: %d", got.status)
	}
}

func TestGenerateLink(t *testing.T) {
	a := newAPI(t, confirmed, direct)
	service := a.key("service_role")
	link := func(body string) answer { return a.call("POST", "/auth/v1/admin/generate_link", service, body) }
	type made struct {
		ID         string `json:"id"`
		ActionLink string `json:"action_link"`
		OTP        string `json:"email_otp"`
		Hash       string `json:"hashed_token"`
		Type       string `json:"verification_type"`
	}
	read := func(got answer) (m made) {
		if err := json.Unmarshal([]byte(got.text), &m); err != nil || got.status != 200 {
			t.Errorf("%d %s", got.status, got.text)
		}
		return m
	}
	first := read(link(`{"type":"magiclink","email":"ada@example.test"}`))
	if first.Type != "signup" || first.ID == "" || len(first.OTP) != 6 || strings.HasPrefix(first.Hash, "pkce_") {
		t.Errorf("magic link of an unknown e-mail: %+v", first)
	}
	if got := a.call("POST", "/auth/v1/verify", "", `{"type":"signup","email":"ada@example.test","token":"`+first.OTP+`"}`); got.status != 200 {
		t.Errorf("its code: %d %s", got.status, got.text)
	}
	recovery := read(link(`{"type":"recovery","email":"ada@example.test","redirect_to":"https://evil.example"}`))
	if !strings.Contains(recovery.ActionLink, "redirect_to=http%3A%2F%2Fsite.example.test") {
		t.Errorf("link %s", recovery.ActionLink)
	}
	if got := a.call("POST", "/auth/v1/verify", "", `{"type":"recovery","token_hash":"`+recovery.Hash+`"}`); got.status != 200 {
		t.Errorf("its token: %d %s", got.status, got.text)
	}
	if got := link(`{"type":"recovery","email":"nobody@example.test"}`); got.status != 404 {
		t.Errorf("recovery of nobody: %d %s", got.status, got.text)
	}
	if got := link(`{"type":"signup","email":"ada@example.test","password":"correct horse"}`); got.status != 422 || got.body.Code != "email_exists" {
		t.Errorf("signup of somebody: %d %s", got.status, got.text)
	}
	if n := a.one(`select count(*)::text from public.sent`); n != "0" {
		t.Error("generate_link sends nothing")
	}
	if got := a.call("POST", "/auth/v1/invite", service, `{"email":"bob@example.test","data":{"team":"x"}}`); got.status != 200 || !strings.Contains(got.text, "invited_at") {
		t.Errorf("invite: %d %s", got.status, got.text)
	}
	got := a.call("GET", a.mail("bob@example.test").path(t), "", "")
	if _, _, fragment := got.location(t); fragment.Get("type") != "invite" || fragment.Get("access_token") == "" {
		t.Errorf("accept: %s", got.header.Get("Location"))
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	a := newAPI(t)
	in := a.signUp("ada@example.test")
	other := a.call("POST", "/auth/v1/token", "", `{"email":"ada@example.test","password":"correct horse"}`)
	var list []struct {
		ID      string
		Current bool
	}
	got := a.call("GET", "/auth/v1/sessions", in.body.AccessToken, "")
	if err := json.Unmarshal([]byte(got.text), &list); err != nil || len(list) != 2 {
		t.Fatalf("list: %d %s", got.status, got.text)
	}
	for _, s := range list {
		if s.Current {
			continue
		}
		if got := a.call("DELETE", "/auth/v1/sessions/"+s.ID, in.body.AccessToken, ""); got.status != http.StatusNoContent {
			t.Errorf("revoke: %d %s", got.status, got.text)
		}
	}
	if got := a.call("GET", "/auth/v1/user", other.body.AccessToken, ""); got.body.Code != "session_not_found" {
		t.Errorf("revoked: %d %s", got.status, got.text)
	}
	stranger := a.signUp("bob@example.test")
	own := a.one(`select id::text from auth.sessions where user_id = $1`, in.body.User.ID)
	if got := a.call("DELETE", "/auth/v1/sessions/"+own, stranger.body.AccessToken, ""); got.status != 404 {
		t.Errorf("a stranger's session: %d", got.status)
	}
}

func TestImpersonation(t *testing.T) {
	a := newAPI(t)
	in := a.signUp("ada@example.test")
	path := "/auth/v1/admin/users/" + in.body.User.ID
	act := func(kind, body string) answer { return a.call("POST", path+"/"+kind, a.key("service_role"), body) }
	if got := act("impersonate", `{}`); got.status != 400 {
		t.Errorf("without a reason: %d %s", got.status, got.text)
	}
	if got := act("impersonate", `{"reason":"ticket 7","expires_in":3600}`); got.status != 400 {
		t.Errorf("for an hour: %d %s", got.status, got.text)
	}
	if got := act("token", `{"claims":{"role":"service_role"}}`); got.status != 400 {
		t.Errorf("a reserved claim: %d %s", got.status, got.text)
	}
	got := act("impersonate", `{"reason":"ticket 7","claims":{"tenant_id":"t1"}}`)
	if got.status != 200 || got.body.RefreshToken != "" {
		t.Fatalf("impersonate: %d %s", got.status, got.text)
	}
	claims, err := a.ring.Verify(got.body.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Sub, Role string
		Tenant    string `json:"tenant_id"`
		Act       struct{ Sub string }
		Exp       int64
	}
	if err := json.Unmarshal(claims.Raw, &said); err != nil {
		t.Fatal(err)
	}
	if said.Sub != in.body.User.ID || said.Role != "authenticated" || said.Tenant != "t1" || said.Act.Sub != "service_role" ||
		said.Exp > time.Now().Add(16*time.Minute).Unix() {
		t.Errorf("claims %s", claims.Raw)
	}
	if got := a.call("GET", "/auth/v1/user", got.body.AccessToken, ""); got.body.ID != in.body.User.ID {
		t.Errorf("user: %d %s", got.status, got.text)
	}
	if reason := a.one(`select traits ->> 'reason' from auth.audit_log where action = 'user_impersonated'`); reason != "ticket 7" {
		t.Errorf("audited reason %q", reason)
	}
	if got := act("token", `{"expires_in":60}`); got.status != 200 {
		t.Errorf("mint: %d %s", got.status, got.text)
	}
}
