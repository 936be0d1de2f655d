package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"howdah/server/db"
	"howdah/server/db/dbtest"
)

// app is a user's project whose sql/ the tests change.
type app struct {
	t     *testing.T
	d     *dbtest.DB
	conn  *pgx.Conn
	files fstest.MapFS
}

func newApp(t *testing.T) *app {
	t.Parallel()
	d := dbtest.New(t)
	return &app{t: t, d: d, conn: d.Owner(t), files: fstest.MapFS{}}
}

func (a *app) write(path, text string) { a.files[path] = &fstest.MapFile{Data: []byte(text)} }

func (a *app) apply() (db.Report, error) {
	return db.Migrate(a.t.Context(), a.d.OwnerURL, "", db.Source{Name: "app", SQL: a.files, Table: "goose_db_version"})
}

func (a *app) mustApply() db.Report {
	a.t.Helper()
	report, err := a.apply()
	if err != nil {
		a.t.Fatal(err)
	}
	return report
}

func (a *app) one(sql string) string {
	a.t.Helper()
	var out *string
	if err := a.conn.QueryRow(a.t.Context(), sql).Scan(&out); err != nil {
		a.t.Fatalf("%s: %v", sql, err)
	}
	if out == nil {
		return "null"
	}
	return *out
}

func TestUnchangedFilesAreSkipped(t *testing.T) {
	a := newApp(t)
	a.write("f.sql", "create or replace function public.f() returns int language sql as $$ select 1 $$;")
	if got := a.mustApply().Applied; len(got) != 1 || got[0] != "app/f.sql" {
		t.Errorf("first apply: %v", got)
	}
	if got := a.mustApply().Applied; len(got) != 0 {
		t.Errorf("second apply: %v, want nothing", got)
	}
}

func TestObjectsThatNoFileMakesAreDropped(t *testing.T) {
	a := newApp(t)
	a.write("f.sql", "create or replace function public.f(int) returns int language sql as $$ select 1 $$;"+
		"create or replace function public.helper() returns int language sql as $$ select 2 $$;")
	a.write("views.sql", "create or replace view public.v as select public.f(1) as n;")
	a.mustApply()
	a.write("f.sql", "create or replace function public.f(int, int default 0) returns int language sql as $$ select 3 $$;")
	a.write("views.sql", "create or replace view public.v as select public.f(1, 1) as n;")
	report := a.mustApply()
	if got := strings.Join(report.Dropped, ", "); !strings.Contains(got, "function public.f(integer)") || !strings.Contains(got, "function public.helper()") {
		t.Errorf("dropped %q, want the old f and the helper", got)
	}
	delete(a.files, "views.sql")
	if got := a.mustApply().Dropped; len(got) != 1 || got[0] != "view public.v" {
		t.Errorf("dropped %v, want the view of the vanished file", got)
	}
}

func TestAFunctionMayMoveToAnotherFile(t *testing.T) {
	a := newApp(t)
	const f = "create or replace function public.f() returns int language sql as $$ select 1 $$;"
	a.write("a.sql", f)
	a.write("b.sql", "select 1;")
	a.mustApply()
	delete(a.files, "a.sql")
	a.write("b.sql", f)
	if got := a.mustApply().Dropped; len(got) != 0 {
		t.Errorf("dropped %v, want nothing: it moved", got)
	}
	if got := a.one("select public.f()::text"); got != "1" {
		t.Errorf("f() = %s", got)
	}
}

func TestTwoFilesMayNotMakeOneObject(t *testing.T) {
	a := newApp(t)
	const f = "create or replace function public.f() returns int language sql as $$ select 1 $$;"
	a.write("a.sql", f)
	a.write("b.sql", f)
	_, err := a.apply()
	if err == nil || !strings.Contains(err.Error(), "function public.f() belongs to sql/a.sql already") {
		t.Errorf("error = %v", err)
	}
}

func TestAChangedResultTypeTakesItsPoliciesAlong(t *testing.T) {
	a := newApp(t)
	if _, err := a.conn.Exec(t.Context(), "create table public.t (id int)"); err != nil {
		t.Fatal(err)
	}
	a.write("can.sql", "create or replace function public.can(int) returns bool language sql as $$ select true $$;")
	a.write("policies.sql", "drop policy if exists p on public.t; create policy p on public.t using (public.can(id) is not null);")
	a.mustApply()
	a.write("can.sql", "create or replace function public.can(int) returns text language sql as $$ select 'yes' $$;")
	a.mustApply()
	if got := a.one("select pg_get_function_result('public.can(int)'::regprocedure)"); got != "text" {
		t.Errorf("result type %s, want text", got)
	}
	if got := a.one("select count(*)::text from pg_policy where polname = 'p'"); got != "1" {
		t.Errorf("%s policies p, want it back", got)
	}
}

func TestAForeignDependentIsNamed(t *testing.T) {
	a := newApp(t)
	a.write("f.sql", "create or replace function public.f() returns int language sql as $$ select 1 $$;")
	a.mustApply()
	if _, err := a.conn.Exec(t.Context(), "create table public.t (id int default public.f())"); err != nil {
		t.Fatal(err)
	}
	delete(a.files, "f.sql")
	_, err := a.apply()
	var failed *db.FileError
	if !errors.As(err, &failed) || failed.SQLState != "2BP01" || !strings.Contains(failed.Detail, "column id of table t") {
		t.Fatalf("error = %v", err)
	}
	if got := a.one("select public.f()::text"); got != "1" {
		t.Errorf("f() = %s: a failed apply changes nothing", got)
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"syntax", "select 1;\n\ncreate or replac function public.f();\n", "sql/f.sql:3: 42601"},
		{"run time", "select 1;\n-- a comment\nselect\n  1/0;\n", "sql/f.sql:3: 22012"},
		{"unknown relation", "select 1;\nselect *\n  from nowhere;\n", "sql/f.sql:3: 42P01"},
		{"unknown type behind umlauts", "-- äöü\nselect 'ä'::nix;\n", "sql/f.sql:2: 42704"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newApp(t)
			a.write("f.sql", tc.text)
			_, err := a.apply()
			if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("error = %v, want %s…", err, tc.want)
			}
		})
	}
}

func TestAFailedMigrationNamesThePlace(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	files := fstest.MapFS{"00001_t.sql": {Data: []byte("-- +goose Up\ncreate table public.t (id int);\n\ncreate table public.u (\n  id int,\n  n nonsense\n);\n-- +goose Down\n")}}
	_, err := db.Migrate(t.Context(), d.OwnerURL, "", db.Source{Name: "app", Migrations: files, Table: "goose_db_version"})
	const want = "migrations/00001_t.sql:6: 42704"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error = %v, want %s…", err, want)
	}
}

func TestServersThatStartAtOnceBothComeUp(t *testing.T) {
	a := newApp(t)
	a.write("f.sql", "create or replace function public.f() returns int language sql as $$ select 1 $$;")
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() {
			_, err := db.Migrate(context.WithoutCancel(t.Context()), a.d.OwnerURL, "dbtest", dbtest.Platform(),
				db.Source{Name: "app", SQL: a.files, Table: "goose_db_version"})
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
