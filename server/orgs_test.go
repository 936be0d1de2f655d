package server

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"howdah/server/db/dbtest"
	"howdah/server/token"
)

// tenants is a server with people on it.
type tenants struct {
	t    *testing.T
	s    *Server
	ring *token.Ring
	d    *dbtest.DB
}

type person struct{ access, id string }

func newTenants(t *testing.T) *tenants {
	t.Helper()
	t.Parallel()
	d := dbtest.New(t)
	c := settings(t, map[string]string{"AUTH_RATE_LIMIT_ENABLED": "false"})
	s, err := New(t.Context(), c, d.URL, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	return &tenants{t: t, s: s, ring: ring, d: d}
}

func (x *tenants) person(name string) person {
	x.t.Helper()
	var in struct {
		AccessToken string `json:"access_token"`
		User        struct{ ID string }
	}
	res := x.s.do(x.t, "POST", "/auth/v1/signup", nil, `{"email":"`+name+`@example.test","password":"correct horse"}`)
	if err := json.Unmarshal([]byte(res.body), &in); err != nil || in.AccessToken == "" {
		x.t.Fatalf("sign up: %d %s", res.status, res.body)
	}
	return person{in.AccessToken, in.User.ID}
}

func (x *tenants) as(p person, method, path, body string) (int, string, map[string]any) {
	x.t.Helper()
	header := map[string]string{"Content-Type": "application/json"}
	if p.access != "" {
		header["Authorization"] = "Bearer " + p.access
	}
	res := x.s.do(x.t, method, path, header, body)
	out := map[string]any{}
	_ = json.Unmarshal([]byte(res.body), &out) // a list has no members
	code, _ := out["code"].(string)
	return res.status, code, out
}

func (x *tenants) want(p person, method, path, body string, status int, code string) map[string]any {
	x.t.Helper()
	gotStatus, gotCode, out := x.as(p, method, path, body)
	if gotStatus != status || gotCode != code {
		x.t.Errorf("%s %s %s: %d %v, want %d %s", method, path, body, gotStatus, out, status, code)
	}
	return out
}

func (x *tenants) org(p person, name string) string {
	x.t.Helper()
	id, _ := x.want(p, "POST", "/orgs/v1/orgs", `{"name":"`+name+`"}`, 201, "")["id"].(string)
	return "/orgs/v1/orgs/" + id
}

// invite answers the token that the mail carries.
func (x *tenants) invite(p person, org, email, role string) string {
	x.t.Helper()
	x.want(p, "POST", org+"/invites", `{"email":"`+email+`","role":"`+role+`"}`, 201, "")
	var sealed []byte
	if err := x.d.Owner(x.t).QueryRow(x.t.Context(), `select m.sealed from mail.messages m where m.template = 'invite' and m.recipient = $1 order by m.id desc limit 1`, email).Scan(&sealed); err != nil {
		x.t.Fatal(err)
	}
	plain, err := x.ring.Unseal("mail", sealed)
	if err != nil {
		x.t.Fatal(err)
	}
	var link struct{ Token string }
	if err := json.Unmarshal(plain, &link); err != nil || link.Token == "" {
		x.t.Fatalf("%s, %v", plain, err)
	}
	return link.Token
}

func TestTenantsKeepApart(t *testing.T) {
	x := newTenants(t)
	ada, bob, eve := x.person("ada"), x.person("bob"), x.person("eve")
	org := x.org(ada, "Acme Inc.")
	x.want(ada, "POST", "/orgs/v1/orgs", `{"name":"acme inc"}`, 409, "org_exists")
	x.want(person{}, "POST", "/orgs/v1/orgs", `{"name":"x y"}`, 401, "no_authorization")
	x.want(eve, "GET", org, "", 404, "org_not_found")
	x.want(eve, "POST", org+"/invites", `{"email":"eve@example.test","role":"org_admin"}`, 404, "org_not_found")
	x.want(eve, "DELETE", org, "", 404, "org_not_found")
	x.want(ada, "POST", org+"/invites", `{"email":"bob@example.test","role":"superadmin"}`, 400, "validation_failed")
	token := x.invite(ada, org, "bob@example.test", "viewer")
	accept := func(p person) (int, string) {
		status, code, _ := x.as(p, "POST", "/orgs/v1/invites/accept", `{"token":"`+token+`"}`)
		return status, code
	}
	if status, code := accept(eve); status != http.StatusNotFound || code != "invite_not_found" {
		t.Errorf("somebody else's link: %d %s", status, code)
	}
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		won  int
	)
	for range 8 {
		wait.Go(func() {
			status, _ := accept(bob)
			mu.Lock()
			defer mu.Unlock()
			if status == http.StatusOK {
				won++
			}
		})
	}
	wait.Wait()
	if won != 1 {
		t.Errorf("the invite was accepted %d times", won)
	}
	x.want(bob, "GET", org+"/members", "", 200, "")
	x.want(bob, "PUT", org+"/members/"+bob.id, `{"role":"org_admin"}`, 403, "missing_permissions")
	x.want(bob, "PATCH", org, `{"name":"Bob Inc."}`, 403, "missing_permissions")
	x.want(ada, "PUT", org+"/members/"+bob.id, `{"role":"operator"}`, 200, "")
	x.want(bob, "POST", org+"/invites", `{"email":"eve@example.test","role":"viewer"}`, 403, "missing_permissions")
	x.want(ada, "DELETE", org+"/members/"+ada.id, "", 409, "last_admin")
	x.want(bob, "DELETE", org+"/members/"+bob.id, "", 204, "")
	x.want(bob, "GET", org, "", 404, "org_not_found")
	x.want(ada, "DELETE", org, "", 204, "")
}

func TestRolesReachPoliciesAndTokens(t *testing.T) {
	x := newTenants(t)
	ada, eve := x.person("ada"), x.person("eve")
	owner := x.d.Owner(t)
	if _, err := owner.Exec(t.Context(), `create table public.reports (n int, org_id uuid default orgs.current_org());
grant select, insert on public.reports to authenticated;
create policy see on public.reports for select to authenticated using (org_id = (select orgs.current_org()) or (select auth.has_permission('reports:read')));
create policy put on public.reports for insert to authenticated with check ((select auth.has_permission('reports:write', org_id)));`); err != nil {
		t.Fatal(err)
	}
	org := x.org(ada, "Acme")
	x.want(ada, "POST", "/rest/v1/reports", `{"n":1}`, 201, "")
	x.want(eve, "POST", "/rest/v1/reports", `{"n":1}`, 403, "42501")
	x.want(eve, "POST", "/rest/v1/reports", `{"n":1,"org_id":"`+strings.TrimPrefix(org, "/orgs/v1/orgs/")+`"}`, 403, "42501")
	see := func(p person) string {
		return x.s.do(t, "GET", "/rest/v1/reports?select=n", map[string]string{"Authorization": "Bearer " + p.access}, "").body
	}
	if see(ada) != `[{"n":1}]` || see(eve) != "[]" {
		t.Errorf("ada sees %s, eve %s", see(ada), see(eve))
	}
	x.want(eve, "PUT", "/orgs/v1/roles/auditor", `{"permissions":["reports:read"]}`, 403, "missing_permissions")
	x.want(eve, "PUT", "/orgs/v1/users/"+eve.id+"/roles/superadmin", "", 403, "missing_permissions")
	// Who has not proved an address would lose the account to whoever is named by it.
	if _, err := owner.Exec(t.Context(), `update auth.users set email_autoconfirmed = false where email = 'ada@example.test';
select orgs.bootstrap_admin('ada@example.test', null)`); err != nil {
		t.Fatal(err)
	}
	x.want(ada, "PUT", "/orgs/v1/roles/auditor", `{"permissions":["reports:read"]}`, 200, "")
	x.want(ada, "PUT", "/orgs/v1/roles/viewer", `{"permissions":["*"]}`, 409, "conflict")
	x.want(ada, "PUT", "/orgs/v1/roles/auditor", `{"permissions":["everything"]}`, 400, "validation_failed")
	x.want(ada, "PUT", "/orgs/v1/users/"+eve.id+"/roles/auditor", "", 200, "")
	if see(eve) != `[{"n":1}]` {
		t.Errorf("an auditor sees %s", see(eve))
	}
	res := x.s.do(t, "POST", "/auth/v1/token?grant_type=password", nil, `{"email":"eve@example.test","password":"correct horse"}`)
	var in struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(res.body), &in); err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(in.AccessToken, ".")[1])
	if err != nil || !strings.Contains(string(raw), `"roles":["auditor"]`) || !strings.Contains(string(raw), `"permissions":["reports:read"]`) {
		t.Errorf("claims %s, %v", raw, err)
	}
	x.want(ada, "DELETE", "/orgs/v1/users/"+eve.id+"/roles/auditor", "", 200, "")
	if see(person{access: in.AccessToken}) != "[]" {
		t.Error("a role that was taken away is gone at once, whatever the token says")
	}
	x.want(ada, "DELETE", "/orgs/v1/users/"+ada.id+"/roles/superadmin", "", 409, "last_admin")
	x.want(ada, "DELETE", "/orgs/v1/roles/auditor", "", 204, "")
}

// Two administrators leave at once: one stays.
func TestTheLastAdminStays(t *testing.T) {
	x := newTenants(t)
	ada, bob := x.person("ada"), x.person("bob")
	org := x.org(ada, "Acme")
	token := x.invite(ada, org, "bob@example.test", "org_admin")
	x.want(bob, "POST", "/orgs/v1/invites/accept", `{"token":"`+token+`"}`, 200, "")
	var wait sync.WaitGroup
	statuses := make([]int, 2)
	for i, p := range []person{ada, bob} {
		wait.Go(func() { statuses[i], _, _ = x.as(p, "DELETE", org+"/members/"+p.id, "") })
	}
	wait.Wait()
	if statuses[0]+statuses[1] != http.StatusNoContent+http.StatusConflict {
		t.Errorf("left with %v", statuses)
	}
}
