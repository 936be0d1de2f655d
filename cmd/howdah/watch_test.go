package main

import (
	"bufio"
	"strings"
	"syscall"
	"testing"
	"time"
)

// howdah test --watch runs again at each save, goes on after a failure, and
// ends in peace.
func TestTestsRunAgainAtEachSave(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	const file, text = "pgtap/extra.sql", "begin; select plan(1); select is(1, 1, 'one is one'); select * from finish(); rollback;\n"
	b.write(file, text)
	cmd := b.command("test", "--watch", "extra.sql")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(out)
	until := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("no line holds %q", want)
	}
	until("1 passed, 0 failed")
	b.write(file, strings.Replace(text, "1, 1", "1, 2", 1))
	until("not ok: one is one")
	until("1 of 1 files failed")
	b.write(file, text)
	until("1 passed, 0 failed")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // to its end, so that Wait may close the pipe
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}
