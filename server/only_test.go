package server

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/jackc/pgx/v5"

	"howdah/server/config"
	"howdah/server/db/dbtest"
)

// deployment is a database as a PostgREST deployment has it: a login role that
// may become two request roles, a schema, and nothing of Howdah.
type deployment struct {
	owner             *pgx.Conn
	ownerURL          string
	login, anon, user string
	vars              map[string]string
}

const deploymentSecret = "a secret that is long enough for HS256"

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	suffix := strings.ToLower(rand.Text()[:8])
	d := &deployment{ownerURL: dbtest.Empty(t), login: "login_" + suffix, anon: "web_anon_" + suffix, user: "web_user_" + suffix}
	var err error
	if d.owner, err = pgx.Connect(ctx, d.ownerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := d.owner.Exec(ctx, strings.NewReplacer("LOGIN", d.login, "ANON", d.anon, "USER", d.user).Replace(`
reset role; drop owned by LOGIN, ANON, USER; drop role LOGIN, ANON, USER;`)); err != nil {
			t.Error(err)
		}
		_ = d.owner.Close(ctx)
	})
	if _, err := d.owner.Exec(ctx, strings.NewReplacer("LOGIN", d.login, "ANON", d.anon, "USER", d.user).Replace(`
create role LOGIN login noinherit password 'pw';
create role ANON; create role USER;
grant ANON, USER to LOGIN;
create schema api;
grant usage on schema api to ANON, USER;
create table api.todos (id int primary key, task text not null, owner text default current_setting('request.jwt.claims')::json ->> 'sub');
alter table api.todos enable row level security;
create policy everyone_reads on api.todos for select using (true);
create policy owner_writes on api.todos for insert to USER with check (owner = current_setting('request.jwt.claims')::json ->> 'sub');
insert into api.todos values (1, 'switch', 'nobody');
grant select on api.todos to ANON, USER;
grant insert on api.todos to USER;`)); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(d.ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(d.login, "pw")
	d.vars = map[string]string{
		"HOWDAH_HOME": t.TempDir(), "PGRST_DB_URI": u.String(), "PGRST_DB_SCHEMAS": "api", "PGRST_DB_ANON_ROLE": d.anon,
		"PGRST_JWT_SECRET": deploymentSecret, "DB_POOL_MIN_SIZE": "0",
	}
	return d
}

func (d *deployment) config(t *testing.T) *config.Config {
	t.Helper()
	c, err := config.ParseOnlyRest(d.vars)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOnlyRestStandsInForPostgREST(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := newDeployment(t)
	if _, err := NewOnlyRest(ctx, d.config(t), "test"); err == nil || !strings.Contains(err.Error(), "howdah migrate --only rest") {
		t.Fatalf("without schema rest: %v", err)
	}
	d.vars["DATABASE_URL"] = d.ownerURL
	for _, fresh := range []bool{true, false} {
		login, done, err := InstallRest(ctx, d.config(t), "")
		if err != nil || login != d.login || done != fresh {
			t.Fatalf("InstallRest = %q, %v, %v; want fresh %v", login, done, err, fresh)
		}
	}
	delete(d.vars, "DATABASE_URL")
	s, err := NewOnlyRest(ctx, d.config(t), "test")
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(ctx)
	done := s.start(running)
	t.Cleanup(func() { stop(); <-done; s.pool.Close() })

	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"role": d.user, "sub": "ada", "exp": time.Now().Add(time.Hour).Unix()}).
		SignedString([]byte(deploymentSecret))
	if err != nil {
		t.Fatal(err)
	}
	write := map[string]string{"Content-Type": "application/json", "Prefer": "return=representation", "Authorization": "Bearer " + token}
	for _, test := range []struct {
		name, method, path string
		header             map[string]string
		body               string
		status             int
		want               string
	}{
		{"a read at /", "GET", "/todos?select=id,task", nil, "", 200, `[{"id":1,"task":"switch"}]`},
		{"a read below /rest/v1", "GET", "/rest/v1/todos?select=id,task", nil, "", 200, `[{"id":1,"task":"switch"}]`},
		{"a write as the token's role", "POST", "/todos", write, `{"id":2,"task":"stay"}`, 201, `[{"id":2,"task":"stay","owner":"ada"}]`},
		{"a write as anon", "POST", "/todos", map[string]string{"Content-Type": "application/json"}, `{"id":3,"task":"no"}`, 401, `"code":"42501"`},
		{"a write in another's name", "POST", "/todos", write, `{"id":3,"task":"no","owner":"bob"}`, 403, `"code":"42501"`},
		{"a forged token", "GET", "/todos", map[string]string{"Authorization": "Bearer " + token[:len(token)-4] + "AAAA"}, "", 401, `"code":"PGRST301"`},
		{"a schema that is not exposed", "GET", "/todos", map[string]string{"Accept-Profile": "rest"}, "", 406, `"code":"PGRST106"`},
		{"no auth, no console", "GET", "/auth/v1/health", nil, "", 404, `"code":"PGRST125"`},
		{"the document", "GET", "/", nil, "", 200, `"swagger": "2.0"`},
	} {
		res := s.do(t, test.method, test.path, test.header, test.body)
		if res.status != test.status || !strings.Contains(res.body, test.want) {
			t.Errorf("%s: %d %s", test.name, res.status, res.body)
		}
	}
	if res := s.do(t, "GET", "/todos", map[string]string{"Origin": "https://app.example"}, ""); res.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("CORS: %v", res.header)
	}
}

// The login role may call the door and its checks, and nothing else is there.
func TestOnlyRestGrantsTheDoorAlone(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	d.vars["DATABASE_URL"] = d.ownerURL
	if _, _, err := InstallRest(t.Context(), d.config(t), "nobody_knows_me"); err == nil || !strings.Contains(err.Error(), "--login") {
		t.Errorf("an unknown login role: %v", err)
	}
	if _, _, err := InstallRest(t.Context(), d.config(t), ""); err != nil {
		t.Fatal(err)
	}
	var reach, schemas string
	if err := d.owner.QueryRow(t.Context(), `
select (select string_agg(p.proname, ' ' order by p.proname) from pg_proc p
         where p.pronamespace = 'rest'::regnamespace and has_function_privilege($1, p.oid, 'execute')),
       (select string_agg(n.nspname, ' ' order by n.nspname) from pg_namespace n where n.nspname !~ '^(pg_|information_schema)')`, d.login).
		Scan(&reach, &schemas); err != nil {
		t.Fatal(err)
	}
	if reach != "check_affected compile login_settings openapi ready role_settings warm_up" || schemas != "api public rest" {
		t.Errorf("the login reaches %s in schemas %s", reach, schemas)
	}
}

// Configuration in the database is PostgREST's way without a file.
func TestOnlyRestReadsTheLoginRolesSettings(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	d.vars["DATABASE_URL"] = d.ownerURL
	if _, _, err := InstallRest(t.Context(), d.config(t), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := d.owner.Exec(t.Context(), `alter role `+d.login+` set pgrst.db_schemas = 'public'; alter role `+d.login+` set pgrst.server_port = '1'`); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ inDatabase, want string }{{"true", "PGRST205"}, {"false", `"task":"switch"`}} {
		d.vars["PGRST_DB_CONFIG"] = test.inDatabase
		s, err := NewOnlyRest(t.Context(), d.config(t), "test")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.pool.Close)
		if res := s.do(t, "GET", "/todos", nil, ""); !strings.Contains(res.body, test.want) {
			t.Errorf("PGRST_DB_CONFIG=%s: %d %s", test.inDatabase, res.status, res.body)
		}
	}
	if _, err := d.owner.Exec(t.Context(), `alter role `+d.login+` set pgrst.db_max_rows = 'many'`); err != nil {
		t.Fatal(err)
	}
	d.vars["PGRST_DB_CONFIG"] = "true"
	if _, err := NewOnlyRest(t.Context(), d.config(t), "test"); err == nil || !strings.Contains(err.Error(), "PGRST_DB_MAX_ROWS") {
		t.Errorf("a wrong setting: %v", err)
	}
}

// An older version's functions go, an owner's mark of another version does not stop the new one.
func TestOnlyRestReplacesAnOlderVersion(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	d.vars["DATABASE_URL"] = d.ownerURL
	if _, _, err := InstallRest(t.Context(), d.config(t), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := d.owner.Exec(t.Context(), `create function rest.old() returns int language sql as 'select 1'; comment on schema rest is 'older'`); err != nil {
		t.Fatal(err)
	}
	if _, done, err := InstallRest(t.Context(), d.config(t), ""); err != nil || !done {
		t.Fatalf("%v, %v", done, err)
	}
	var old bool
	if err := d.owner.QueryRow(t.Context(), `select to_regprocedure('rest.old()') is not null`).Scan(&old); err != nil || old {
		t.Errorf("what the older version made is still there: %v", err)
	}
	whole := dbtest.New(t)
	d.vars["DATABASE_URL"] = whole.OwnerURL
	if _, _, err := InstallRest(t.Context(), d.config(t), "authenticator"); err == nil || !strings.Contains(err.Error(), "without --only") {
		t.Errorf("a whole Howdah: %v", err)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	d := newDeployment(t)
	d.vars["DATABASE_URL"] = d.ownerURL
	if _, _, err := InstallRest(t.Context(), d.config(t), ""); err != nil {
		t.Fatal(err)
	}
	s, err := NewOnlyRest(t.Context(), d.config(t), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	ctx, stop := context.WithCancel(t.Context())
	l, err := Listen(ctx, "127.0.0.1", 0)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.ServeProbes(ctx, l) }()
	for _, path := range []string{"/live", "/ready"} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
