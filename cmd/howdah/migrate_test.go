package main

import (
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
