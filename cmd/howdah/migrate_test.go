package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A command that started the private cluster stops it, also where its work fails.
func TestAFailedMigrationLeavesNoClusterUp(t *testing.T) {
	t.Parallel()
	p := &process{t: t, binary: build(t), home: openTo(t)}
	app := filepath.Join(t.TempDir(), "app")
	if err := os.MkdirAll(filepath.Join(app, "sql", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(app, "sql", "x", "broken.sql"), []byte("create function nowhere.at_all() returns int language sql as 'select 1';"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := p.command(t.Context(), "migrate")
	cmd.Env = append(cmd.Env, "HOWDAH_PROJECT="+app)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "sql/x/broken.sql:1") {
		t.Fatalf("%v\n%s", err, out)
	}
	err = filepath.WalkDir(p.home, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "postmaster.pid" {
			t.Errorf("the cluster is still up: %s", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What the files and the database say of each other, to people and to scripts;
// a migration that has no statement yet is none.
func TestMigrateStatus(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	b.must("migrate")
	if stdout, stderr, code := b.run("migrate", "status"); code != 0 || stdout != "" || !strings.Contains(stderr, "the database is up to date") {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
	path := strings.TrimSpace(b.must("migrate", "new", "add_due_at"))
	if out := b.must("migrate"); out != "" {
		t.Errorf("applied before it is written: %s", out)
	}
	b.write(path, "-- +goose Up\nset local lock_timeout = '2s';\nalter table public.todos add column due_at timestamptz;\n-- +goose Down\nalter table public.todos drop column due_at;\n")
	var drift struct{ Pending, Changed, Gone []string }
	if err := json.Unmarshal([]byte(b.must("migrate", "status", "--json")), &drift); err != nil || len(drift.Pending) != 1 || len(drift.Changed)+len(drift.Gone) != 0 {
		t.Errorf("%+v, %v", drift, err)
	}
	if out := b.must("migrate"); !strings.Contains(out, filepath.Base(path)) {
		t.Errorf("not applied: %s", out)
	}
	if out := b.must("migrate", "down", "--yes"); !strings.Contains(out, filepath.Base(path)) {
		t.Errorf("not taken back: %s", out)
	}
	var info struct{ Database string }
	if err := json.Unmarshal([]byte(b.must("info", "--json")), &info); err != nil || info.Database != "DATABASE_URL" {
		t.Errorf("info: %+v, %v", info, err)
	}
	if _, stderr, code := b.run("down"); code != 1 || !strings.Contains(stderr, "not Howdah's to stop") {
		t.Errorf("down: exit %d, %s", code, stderr)
	}
	if _, stderr, code := b.run("secret", "prune", "seal"); code != 1 || !strings.Contains(stderr, "--force if that is meant") {
		t.Errorf("prune seal: exit %d, %s", code, stderr)
	}
}
