package db_test

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"howdah/server/db"
	"howdah/server/db/dbtest"
	"howdah/server/problem"
	"howdah/server/token"
)

// verifier knows tokens by heart, so that these tests need no keys.
type verifier map[string]*token.Claims

func (v verifier) Verify(text string) (*token.Claims, error) {
	if c, ok := v[text]; ok {
		return c, nil
	}
	return nil, &token.Error{Reason: token.BadSign, Detail: "its signature does not hold"}
}

func TestCallerOf(t *testing.T) {
	t.Parallel()
	known := verifier{
		"user": {Raw: []byte(`{"role":"authenticated","sub":"u"}`), Role: "authenticated", Subject: "u", SessionID: "s"},
		"none": {Raw: []byte(`{"x":1}`)},
	}
	for _, test := range []struct {
		name, authorization, apikey, query string
		role, session, claims              string
		refused                            bool
	}{
		{name: "nobody is anon", role: "anon", claims: `{"role":"anon"}`},
		{name: "a bearer token", authorization: "Bearer user", role: "authenticated", session: "s", claims: `{"role":"authenticated","sub":"u"}`},
		{name: "the scheme in any case", authorization: "bearer  user ", role: "authenticated", session: "s", claims: `{"role":"authenticated","sub":"u"}`},
		{name: "the apikey header", apikey: "user", role: "authenticated", session: "s", claims: `{"role":"authenticated","sub":"u"}`},
		{name: "the apikey parameter", query: "?apikey=user", role: "authenticated", session: "s", claims: `{"role":"authenticated","sub":"u"}`},
		{name: "the bearer token wins", authorization: "Bearer user", apikey: "none", role: "authenticated", session: "s", claims: `{"role":"authenticated","sub":"u"}`},
		{name: "a token without a role is anon", authorization: "Bearer none", role: "anon", claims: `{"x":1}`},
		{name: "an unknown token", authorization: "Bearer forged", refused: true},
		{name: "an unknown key beside no token", apikey: "forged", refused: true},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/x"+test.query, nil)
		for name, value := range map[string]string{"Authorization": test.authorization, "Apikey": test.apikey} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		c, err := db.CallerOf(r, known, "anon")
		if test.refused {
			var bad *token.Error
			if !errors.As(err, &bad) || problem.From(err).Status != 401 {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if c.Role != test.role || c.SessionID != test.session || string(c.Claims) != test.claims {
			t.Errorf("%s: role %q, session %q, claims %s", test.name, c.Role, c.SessionID, c.Claims)
		}
	}
}

func TestCallAs(t *testing.T) {
	t.Parallel()
	pool := dbtest.New(t).Pool
	whoSQL := `select 200 as status, jsonb_build_object('role', current_user, 'sub', auth.jwt() ->> 'sub', 'path', current_setting('request.path')) as body`
	key := &db.Caller{
		Role: "service_role", Claims: []byte(`{"role":"service_role","sub":"x"}`), Method: "GET", Path: "/a",
		Headers: []byte("{}"), Cookies: []byte("{}"), SearchPath: `"public"`,
	}
	for range 2 { // prepared, and then known
		out, err := pool.CallAs(t.Context(), key, whoSQL)
		if err != nil || out.Status != 200 || string(out.Body) != `{"sub": "x", "path": "/a", "role": "service_role"}` {
			t.Fatalf("%s, %v", out.Body, err)
		}
	}
	var role string
	if err := pool.QueryRow(t.Context(), `select current_user || coalesce(nullif(current_setting('request.jwt.claims', true), ''), '')`).Scan(&role); err != nil || role != "authenticator" {
		t.Errorf("the caller's role outlived the call: %q, %v", role, err)
	}
	ended := *key
	ended.SessionID, ended.UserID = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
	_, err := pool.CallAs(t.Context(), &ended, whoSQL)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.ConstraintName != "session_not_found" {
		t.Errorf("a session that has ended: %v", err)
	}
	reader := *key
	reader.ReadOnly = true
	readOnlySQL := `select 200 as status, to_jsonb(current_setting('transaction_read_only')) as body`
	if out, err := pool.CallAs(t.Context(), &reader, readOnlySQL); err != nil || string(out.Body) != `"on"` {
		t.Errorf("a reader: %s, %v", out.Body, err)
	}
	err = pool.QueryAs(t.Context(), key, func(rows pgx.Rows) error { rows.Close(); return rows.Err() }, `select 1 / (length($1::text) - 1)`, "x")
	if !errors.As(err, &pg) || pg.Code != "22012" {
		t.Errorf("an error of the statement: %v", err)
	}
	_, err = pool.CallAs(t.Context(), &db.Caller{Role: "postgres", Claims: []byte("{}"), Headers: []byte("{}"), Cookies: []byte("{}")}, whoSQL)
	if problem.From(err).Status != 403 {
		t.Errorf("a role beyond authenticator's: %v", err)
	}
}

func TestCallThen(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	if _, err := d.Owner(t).Exec(t.Context(), `create table public.asked (by text); grant insert, select on public.asked to anon; create policy anybody on public.asked using (true)`); err != nil {
		t.Fatal(err)
	}
	anon := &db.Caller{
		Role: "anon", Claims: []byte(`{"role":"anon"}`), Method: "POST", Path: "/a", Headers: []byte("{}"), Cookies: []byte("{}"), SearchPath: `"public"`,
	}
	ask := db.Statement{SQL: `insert into public.asked values (current_user) returning set_config('role', 'none', true)`}
	then := `select $1::int as status, jsonb_build_object('role', current_user, 'caller', auth.jwt() ->> 'role') as body`
	for range 2 { // prepared, and then known
		out, err := d.Pool.CallThen(t.Context(), anon, ask, db.Statement{SQL: then, Args: []any{200}})
		if err != nil || out.Status != 200 || string(out.Body) != `{"role": "authenticator", "caller": "anon"}` {
			t.Fatalf("%s, %v", out.Body, err)
		}
	}
	if _, err := d.Pool.CallThen(t.Context(), anon, ask, db.Statement{SQL: `select 1 / (length($1::text) - 1), 1 as status, '{}'::jsonb as body`, Args: []any{"x"}}); err == nil {
		t.Error("what failed was answered")
	}
	stays := db.Statement{SQL: `select 1`}
	if out, err := d.Pool.CallThen(t.Context(), anon, stays, db.Statement{SQL: then, Args: []any{200}}); err != nil || string(out.Body) != `{"role": "anon", "caller": "anon"}` {
		t.Errorf("who does not take the role off keeps it: %s, %v", out.Body, err)
	}
	var rows int
	if err := d.Owner(t).QueryRow(t.Context(), `select count(*) from public.asked where by = 'anon'`).Scan(&rows); err != nil || rows != 2 {
		t.Errorf("%d rows, %v: both calls are one transaction", rows, err)
	}
}

// What the database has built is neither read nor shared with the next answer.
func TestJSONPassesThrough(t *testing.T) {
	t.Parallel()
	pool := dbtest.New(t).Pool
	sql := `select 200 as status, ('{"n":  ' || $1::int || '}')::json as body`
	first, err := pool.CallAs(t.Context(), &db.Caller{Role: "anon", Claims: []byte("{}"), Headers: []byte("{}"), Cookies: []byte("{}")}, sql, 1)
	if err != nil {
		t.Fatal(err)
	}
	second, err := db.Call(t.Context(), pool, sql, 2)
	if err != nil || string(first.Body) != `{"n":  1}` || string(second.Body) != `{"n":  2}` {
		t.Errorf("%s, %s, %v", first.Body, second.Body, err)
	}
	row, err := db.CallRow[struct {
		B    json.RawMessage
		None json.RawMessage
		Into map[string]int
	}](t.Context(), pool, `select '{"a": 1}'::jsonb as b, null::jsonb as none, '{"c": 3}'::jsonb as into`)
	if err != nil || string(row.B) != `{"a": 1}` || row.None != nil || row.Into["c"] != 3 {
		t.Errorf("%+v, %v", row, err)
	}
}
