package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"howdah/server/db/dbtest"
	"howdah/server/token"
)

// An API key is its owner on every surface, within its scopes, until the very
// request after it is revoked.
func TestAPIKeys(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := settings(t, nil)
	s, err := New(t.Context(), c, d.URL, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	owner := d.Owner(t)
	if _, err := owner.Exec(t.Context(), `create table public.notes (n int, owner_id uuid default auth.uid());
grant select, insert on public.notes to authenticated, service_role;
create policy own on public.notes to authenticated using (owner_id = (select auth.uid())) with check (owner_id = (select auth.uid()));
create policy fine on public.notes as restrictive for insert to authenticated with check ((select auth.has_scope('notes:write')))`); err != nil {
		t.Fatal(err)
	}
	var in struct {
		AccessToken string `json:"access_token"`
		User        struct{ ID string }
	}
	if err := json.Unmarshal([]byte(s.do(t, "POST", "/auth/v1/signup", nil, `{"email":"ada@example.test","password":"correct horse"}`).body), &in); err != nil {
		t.Fatal(err)
	}
	type made struct{ ID, Key, Prefix string }
	create := func(path, bearer, body string) made {
		t.Helper()
		res := s.do(t, "POST", path, map[string]string{"Authorization": "Bearer " + bearer}, body)
		var k made
		if err := json.Unmarshal([]byte(res.body), &k); err != nil || res.status != http.StatusCreated || !strings.HasPrefix(k.Key, k.Prefix+"_") {
			t.Fatalf("create: %d %s", res.status, res.body)
		}
		return k
	}
	const own = "/auth/v1/api-keys"
	full := create(own, in.AccessToken, `{"name":"all"}`)
	reader := create(own, in.AccessToken, `{"name":"reader","scopes":["rest:read"]}`)
	rest := create("/auth/v1/keys", in.AccessToken, `{"name":"coarse","scopes":["rest:*"]}`)
	fine := create(own, in.AccessToken, `{"name":"fine","scopes":["rest:*","notes:*"]}`)
	bearer := func(key string) map[string]string {
		return map[string]string{"Authorization": "Bearer " + key, "Content-Type": "application/json"}
	}
	anon, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	service, err := anon.MintAPIKey("service_role")
	if err != nil {
		t.Fatal(err)
	}
	admin := create("/auth/v1/admin/api-keys", service, `{"name":"server","tier":"unlimited"}`)
	write := func(key string) got { return s.do(t, "POST", "/rest/v1/notes", bearer(key), `{"n":1}`) }
	for _, tc := range []struct {
		name string
		got  got
		want int
	}{
		{"a key of all scopes writes", write(full.Key), 201},
		{"a reader does not", write(reader.Key), 403},
		{"nor a key whose scope the policy misses", write(rest.Key), 403},
		{"one with the policy's scope does", write(fine.Key), 201},
		{"by the apikey header", s.do(t, "GET", "/rest/v1/notes?select=n", map[string]string{"apikey": reader.Key}, ""), 200},
		{"in place of an object", s.do(t, "GET", "/rest/v1/notes?select=n&limit=1", map[string]string{"apikey": full.Key, "Accept": "application/vnd.pgrst.object+json"}, ""), 200},
		{"with a wrong secret", write(full.Key[:20] + strings.Repeat("A", 35)), 401},
		{"with an unknown prefix", write("hd_zzzzzzzz" + full.Key[11:]), 401},
		{"cut short", write(full.Key[:50]), 401},
		{"with SQL in it", write("hd_' or 1=1" + full.Key[11:]), 401},
		{"it manages no account", s.do(t, "GET", "/auth/v1/user", bearer(full.Key), ""), 403},
		{"and makes no keys", s.do(t, "POST", own, bearer(full.Key), `{"name":"x"}`), 403},
		{"a user makes none for the service", s.do(t, "POST", "/auth/v1/admin/api-keys", bearer(in.AccessToken), `{"name":"x"}`), 403},
		{"a service key administers", s.do(t, "GET", "/auth/v1/admin/api-keys", bearer(admin.Key), ""), 200},
		{"a key needs a name", s.do(t, "POST", own, bearer(in.AccessToken), `{}`), 400},
		{"and sound scopes", s.do(t, "POST", own, bearer(in.AccessToken), `{"name":"x","scopes":["everything"]}`), 400},
	} {
		if tc.got.status != tc.want {
			t.Errorf("%s: %d %s, want %d", tc.name, tc.got.status, tc.got.body, tc.want)
		}
	}
	if res := s.do(t, "GET", "/rest/v1/notes?select=n", bearer(admin.Key), ""); strings.Count(res.body, `"n"`) != 2 {
		t.Errorf("the service sees all: %s", res.body)
	}
	if res := s.do(t, "GET", own, bearer(in.AccessToken), ""); strings.Contains(res.body, full.Key) || strings.Count(res.body, `"prefix"`) != 4 {
		t.Errorf("list: %s", res.body)
	}
	var resting string
	if err := owner.QueryRow(t.Context(), `select string_agg(k::text, '') from auth.api_keys k`).Scan(&resting); err != nil || strings.Contains(resting, full.Key[12:]) {
		t.Errorf("a key rests in the clear: %s, %v", resting, err)
	}
	if res := s.do(t, "POST", own+"/"+full.ID+"/revoke", bearer(in.AccessToken), ""); res.status != http.StatusOK {
		t.Errorf("revoke: %d %s", res.status, res.body)
	}
	if res := write(full.Key); res.status != http.StatusUnauthorized {
		t.Errorf("the request after: %d %s", res.status, res.body)
	}
	if err := s.meter.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	if res := s.do(t, "GET", own+"/"+fine.ID+"/usage", bearer(in.AccessToken), ""); !strings.Contains(res.body, `"calls": 1`) || !strings.Contains(res.body, `"surface": "rest"`) {
		t.Errorf("usage: %s", res.body)
	}
	if res := s.do(t, "DELETE", own+"/"+fine.ID, bearer(in.AccessToken), ""); res.status != http.StatusNoContent {
		t.Errorf("forget: %d %s", res.status, res.body)
	}
	if _, err := owner.Exec(t.Context(), `update auth.users set banned_until = 'infinity'`); err != nil {
		t.Fatal(err)
	}
	if res := write(rest.Key); res.status != http.StatusUnauthorized {
		t.Errorf("a banned owner's key: %d %s", res.status, res.body)
	}
}

// The limit of a tier holds for many at once, whether or not the node has told
// the database yet.
func TestAPIKeyLimits(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	c := settings(t, nil)
	s, err := New(t.Context(), c, d.URL, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	owner := d.Owner(t)
	if _, err := owner.Exec(t.Context(), `create table public.notes (n int); grant select on public.notes to service_role;
insert into auth.api_key_tiers (name, per_minute) values ('tiny', 1000)`); err != nil {
		t.Fatal(err)
	}
	text, key := ring.NewAPIKey()
	if _, err := owner.Exec(t.Context(), `insert into auth.api_keys (name, prefix, key_hash, role, tier) values ('k', $1, $2, 'service_role', 'tiny')`, key.Prefix, key.MAC); err != nil {
		t.Fatal(err)
	}
	get := func(key string) int {
		return s.do(t, "GET", "/rest/v1/notes", map[string]string{"apikey": key}, "").status
	}
	for range 3 {
		if status := get(text); status != http.StatusOK {
			t.Fatalf("before the limit: %d", status)
		}
	}
	if _, err := owner.Exec(t.Context(), `update auth.api_key_tiers set per_minute = 5 where name = 'tiny'`); err != nil {
		t.Fatal(err)
	}
	stranger := text[:len(text)-1] + map[bool]string{true: "E", false: "A"}[strings.HasSuffix(text, "A")]
	for range 5 {
		if status := get(stranger); status != http.StatusUnauthorized {
			t.Fatalf("a stranger: %d", status)
		}
	}
	var (
		wait     sync.WaitGroup
		mu       sync.Mutex
		statuses = map[string]int{}
	)
	for range 10 {
		wait.Go(func() {
			status := get(text)
			mu.Lock()
			defer mu.Unlock()
			statuses[strconv.Itoa(status)]++
		})
	}
	wait.Wait()
	// When a minute ends meanwhile, the count begins anew: twice the limit then, at most.
	if statuses["200"] > 8 || statuses["200"]+statuses["429"] != 10 {
		t.Errorf("of ten beyond three: %v", statuses)
	}
}
