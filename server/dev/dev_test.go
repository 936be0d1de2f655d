package dev_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"howdah/server/db"
	"howdah/server/db/dbtest"
	"howdah/server/dev"
)

// loop is a watched project and what the loop prints of it.
type loop struct {
	t     *testing.T
	root  string
	read  *io.PipeReader
	lines *bufio.Scanner
}

func start(t *testing.T) *loop {
	t.Helper()
	d := dbtest.New(t)
	root := t.TempDir()
	for _, dir := range []string{"migrations", "sql", "pgtap", "functions"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	migrations, err := fs.Sub(dev.Written(os.DirFS(root)), "migrations")
	if err != nil {
		t.Fatal(err)
	}
	app := db.Source{Name: "app", Migrations: migrations, SQL: os.DirFS(filepath.Join(root, "sql")), Table: "goose_db_version"}
	read, write := io.Pipe()
	handlers := db.Source{Name: "functions", SQL: os.DirFS(filepath.Join(root, "functions")), Folder: "functions"}
	watch := &dev.Loop{OwnerURL: d.OwnerURL, Sources: []db.Source{dbtest.Platform(), app, handlers}, Trees: []dev.Tree{{Root: root, Source: app}}, Out: write}
	watch.Reload = func(context.Context) ([]string, map[string]error) {
		text, err := os.ReadFile(filepath.Join(root, "functions", "greet.ts"))
		if err == nil && string(text) == "broken" {
			return nil, map[string]error{"greet": errors.New("functions/greet.ts:1:1: broken")}
		}
		return []string{"greet"}, nil
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- watch.Run(ctx) }()
	l := &loop{t, root, read, bufio.NewScanner(read)}
	t.Cleanup(func() {
		stop()
		_ = read.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	l.expect("howdah: watching " + root)
	return l
}

func (l *loop) save(path, text string) {
	l.t.Helper()
	if err := os.WriteFile(filepath.Join(l.root, path), []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// expect reads lines up to one that contains want, for a minute at most.
func (l *loop) expect(want string) {
	l.t.Helper()
	late := time.AfterFunc(time.Minute, func() { _ = l.read.Close() })
	defer late.Stop()
	var seen []string
	for l.lines.Scan() {
		seen = append(seen, l.lines.Text())
		if strings.Contains(l.lines.Text(), want) {
			return
		}
	}
	l.t.Fatalf("no line holds %q among\n%s", want, strings.Join(seen, "\n"))
}

func TestASaveIsAppliedLintedAndTested(t *testing.T) {
	t.Parallel()
	l := start(t)
	l.save("pgtap/f.sql", "begin; select plan(1); select is(public.f(), 1, 'it is one'); select * from finish(); rollback;")
	l.expect("42883") // the test is there before its function
	l.save("sql/f.sql", "create or replace function public.f() returns int language sql as $$ select 1 $$;")
	l.expect("✓ f applied")
	l.save("sql/f.sql", "create or replace function public.f() returns int language sql as $$ select 2 $$;")
	l.expect("not ok 1 - it is one")
	l.save("sql/f.sql", "create or replace functio public.f()")
	l.expect("sql/f.sql:1: 42601")
	l.save("sql/f.sql", "create or replace function public.f() returns int language plpgsql as $$ declare v int; begin return 1; end $$;")
	l.expect(`unused variable "v"`)
	l.save("sql/f.sql", "create or replace function public.f() returns int\n  language sql as $$ selec 1 $$;")
	l.expect("sql/f.sql:2: 42601") // applied, as bodies may come in any order; checked once all is there
	l.expect("language sql as $$ selec 1 $$;")
}

func TestASavedFunctionIsLive(t *testing.T) {
	t.Parallel()
	l := start(t)
	l.save("functions/hello.sql", "create or replace function functions.hello(request functions.request) returns jsonb language sql as $$ select '1'::jsonb $$;")
	l.expect("✓ functions.hello applied")
	l.save("functions/hello.sql", "create or replace function functions.hello(request functions.request)\n  returns jsonb languag sql as $$ select '1'::jsonb $$;")
	l.expect("functions/hello.sql:2: 42601")
	l.expect("      returns jsonb languag sql")
	l.expect("                    ^")
	if err := os.Remove(filepath.Join(l.root, "functions/hello.sql")); err != nil {
		t.Fatal(err)
	}
	l.expect("function functions.hello(functions.request) dropped")
	l.save("functions/greet.ts", "export default () => new Response('hi')")
	l.expect("✓ functions/greet live")
	if err := os.Remove(filepath.Join(l.root, "functions/greet.ts")); err != nil {
		t.Fatal(err)
	}
	l.expect("✓ functions/greet gone")
	l.save("functions/greet.ts", "broken")
	l.expect("✗ functions/greet.ts:1:1: broken")
}

// What `howdah migrate new` makes is saved before there is anything in it, and
// what was applied is saved again.
func TestAMigrationIsAppliedOnceItSaysSomething(t *testing.T) {
	t.Parallel()
	l := start(t)
	if _, err := dev.NewMigration(filepath.Join(l.root, "migrations"), "add_cats", ""); err != nil {
		t.Fatal(err)
	}
	l.expect("· migrations/00001_add_cats.sql has no statement yet")
	l.save("sql/cats.sql", "create or replace view public.tame as select * from public.cats;")
	l.expect("hint: tables and columns are made in migrations")
	const cats = "-- +goose Up\nset local lock_timeout = '2s';\n-- all of them\ncreate table public.cats (id int);\n-- +goose Down\ndrop table public.cats;\n"
	l.save("migrations/00001_add_cats.sql", cats)
	l.expect("✓ app/00001_add_cats.sql applied")
	l.expect("✓ cats applied")
	l.save("migrations/00001_add_cats.sql", strings.Replace(cats, "int", "bigint", 1))
	l.expect("· migrations/00001_add_cats.sql was applied as it was before")
	l.save("sql/dogs.sql", "create or replace view dogs.tame as select 1 as id;")
	l.expect("hint: a folder of sql/ is only a folder")
	if err := os.Remove(filepath.Join(l.root, "migrations/00001_add_cats.sql")); err != nil {
		t.Fatal(err)
	}
	l.expect("· migrations/00001_add_cats.sql is gone, what it did is not")
}
