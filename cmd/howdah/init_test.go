package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"howdah/server/db/dbtest"
)

// tool is the binary in a folder with a database of its own.
type tool struct {
	t      *testing.T
	binary string
	dir    string
	env    []string
}

func newTool(t *testing.T, url string) *tool {
	t.Helper()
	return &tool{t: t, binary: build(t), dir: t.TempDir(), env: []string{"DATABASE_URL=" + url, "AUTHENTICATOR_PASSWORD=" + dbtest.Password, "LOG_LEVEL=error", "PORT=0"}}
}

// run answers stdout, stderr and the exit code.
func (b *tool) run(args ...string) (stdout, stderr string, code int) {
	b.t.Helper()
	cmd := b.command(args...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	_ = cmd.Run()
	return out.String(), talk.String(), cmd.ProcessState.ExitCode()
}

func (b *tool) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(b.t.Context()), b.binary, args...)
	cmd.Dir = b.dir
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "HOWDAH_") { // a project's own .env decides
			cmd.Env = append(cmd.Env, setting)
		}
	}
	cmd.Env = append(cmd.Env, b.env...)
	return cmd
}

// must is run where all goes well.
func (b *tool) must(args ...string) string {
	b.t.Helper()
	stdout, stderr, code := b.run(args...)
	if code != 0 {
		b.t.Fatalf("howdah %s: exit %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

func (b *tool) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// inProject is a tool inside a fresh project.
func inProject(t *testing.T, template string) *tool {
	t.Helper()
	b := newTool(t, dbtest.Empty(t))
	b.must("init", "app", "--template", template)
	b.dir = filepath.Join(b.dir, "app")
	return b
}

func TestEveryTemplateRunsAndPassesItsTests(t *testing.T) {
	t.Parallel()
	for _, template := range projectTemplates() {
		t.Run(template, func(t *testing.T) {
			t.Parallel()
			b := inProject(t, template)
			if out := b.must("test"); !strings.Contains(out, " 0 failed") || strings.HasPrefix(out, "0 passed") {
				t.Error(out)
			}
			for _, kept := range []string{".env", ".gitignore", ".github/workflows/test.yml", "functions/hello.sql"} {
				if _, err := os.Stat(filepath.Join(b.dir, kept)); err != nil {
					t.Error(err)
				}
			}
			env, err := os.ReadFile(filepath.Join(b.dir, ".env"))
			if err != nil || strings.Contains(string(env), "__") {
				t.Errorf("%v: %s", err, env)
			}
		})
	}
}

func TestInitRefusesWhatItWouldOverwrite(t *testing.T) {
	t.Parallel()
	b := newTool(t, dbtest.Empty(t))
	b.must("init", "app")
	for _, tc := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"init", "app"}, 1, "not empty"},
		{[]string{"init"}, 2, "the project's name"},
		{[]string{"init", "Bad Name"}, 2, "no name for a project"},
		{[]string{"init", "other", "--template", "nothing"}, 2, "there is no template"},
	} {
		if _, stderr, code := b.run(tc.args...); code != tc.code || !strings.Contains(stderr, tc.want) {
			t.Errorf("%v: exit %d, %s", tc.args, code, stderr)
		}
	}
}

func TestABrokenPolicyFailsATest(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	b.write("sql/todos/policies.sql", "drop policy if exists todos_all on public.todos;\ncreate policy todos_all on public.todos for all to authenticated using (true);\n")
	stdout, _, code := b.run("test", "--junit", "report.xml")
	if code != 1 || !strings.Contains(stdout, "pgtap/todos/policies.sql") || !strings.Contains(stdout, "a user sees her own todos only") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
	report, err := os.ReadFile(filepath.Join(b.dir, "report.xml"))
	if err != nil || !strings.Contains(string(report), `<failure message="a user sees her own todos only">`) {
		t.Errorf("%v\n%s", err, report)
	}
	if _, stderr, code := b.run("test", "nowhere"); code != 1 || !strings.Contains(stderr, "no test under pgtap/nowhere") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}
