package dev_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"howdah/server/dev"
)

func TestSavesCountWhileNobodyWaits(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	save := func(name string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("select 1"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save("sql/todos/a.sql")
	changes, err := dev.WatchProject(root)
	if err != nil {
		t.Fatal(err)
	}
	defer changes.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, name := range []string{"sql/todos/a.sql", "sql/new/b.sql", "sql/new/b.sql", "pgtap/todos/a.sql", "pgtap/todos/a.sql"} {
		save("report.xml")
		save(name)
		if err := changes.Next(ctx); err != nil || ctx.Err() != nil {
			t.Fatalf("%s: %v, %v", name, err, ctx.Err())
		}
	}
}

func TestAProjectThatIsNotThereIsNotWatched(t *testing.T) {
	t.Parallel()
	if changes, err := dev.WatchProject(filepath.Join(t.TempDir(), "none")); err == nil {
		changes.Close()
		t.Error("it is watched")
	}
}
