package main

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// test --watch runs again when a file changes, until a signal ends it.
func TestTestsAreWatched(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	cmd := exec.CommandContext(t.Context(), b.binary, "test", "--watch", "todos")
	cmd.Dir = b.dir
	cmd.Env = append(cmd.Environ(), b.env...)
	cmd.Env = append(cmd.Env, "HOWDAH_HOME="+filepath.Join(b.dir, ".howdah"), "HOWDAH_PROJECT=.")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	expect := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("no line holds %q", want)
	}
	expect(" 0 failed")
	b.write("pgtap/todos/more.sql", "begin; select plan(1); select ok(false, 'it is wrong'); select * from finish(); rollback;")
	expect("it is wrong")
	expect(" 1 failed")
	b.write("pgtap/todos/more.sql", "begin; select plan(1); select ok(true, 'it is right'); select * from finish(); rollback;")
	expect(" 0 failed")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("a signal ends it with %v", err)
	}
}
