package dev_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"howdah/server/db"
	"howdah/server/db/dbtest"
	"howdah/server/dev"
)

// loop is a watched project and what the loop prints of it.
type loop struct {
	t     *testing.T
	root  string
	lines *bufio.Scanner
}

func start(t *testing.T) *loop {
	t.Helper()
	d := dbtest.New(t)
	root := t.TempDir()
	for _, dir := range []string{"sql", "pgtap"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	app := db.Source{Name: "app", SQL: os.DirFS(filepath.Join(root, "sql")), Table: "goose_db_version"}
	read, write := io.Pipe()
	watch := &dev.Loop{OwnerURL: d.OwnerURL, Sources: []db.Source{dbtest.Platform(), app}, Trees: []dev.Tree{{Root: root, Source: app}}, Out: write}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- watch.Run(ctx) }()
	l := &loop{t, root, bufio.NewScanner(read)}
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

// expect reads lines up to one that contains want.
func (l *loop) expect(want string) {
	l.t.Helper()
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
}
