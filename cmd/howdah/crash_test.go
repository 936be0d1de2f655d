package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// process is a `howdah serve` of its own binary and home.
type process struct {
	t      *testing.T
	binary string
	home   string
	cmd    *exec.Cmd
	url    string
}

// build makes the binary once for all tests.
func build(t *testing.T) string {
	t.Helper()
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

var built = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(buildDir, "howdah")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return binary, nil
})

var buildDir string

func inBuildDir(m *testing.M) (code int) {
	var err error
	if buildDir, err = os.MkdirTemp("", "howdah-build-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(buildDir)
	return m.Run()
}

// openTo is a home that the account PostgreSQL runs as can reach, too.
func openTo(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	for d := home; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

func (p *process) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.binary, args...)
	cmd.Dir = p.home
	cmd.Env = append(os.Environ(), "HOWDAH_HOME="+p.home, "PORT=0", "POSTGRES_PORT=0", "DATABASE_URL=", "HOWDAH_PROJECT=demo", "AUTH_RATE_LIMIT_ENABLED=false")
	return cmd
}

// start runs serve until it says that it answers.
func (p *process) start() {
	p.t.Helper()
	p.cmd = p.command(context.WithoutCancel(p.t.Context()), "serve")
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	var log strings.Builder
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		log.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "Ctrl-C stops it.") {
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			p.found()
			return
		}
	}
	p.t.Fatalf("the server does not come up:\n%s", log.String())
}

// found reads the address that the server wrote down.
func (p *process) found() {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.home, "server.json"))
	if err != nil {
		p.t.Fatal(err)
	}
	var at struct{ URL string }
	if err := json.Unmarshal(text, &at); err != nil {
		p.t.Fatal(err)
	}
	p.url = at.URL
}

func (p *process) call(method, path, bearer, body string) (int, string, error) {
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}

// kill ends server and PostgreSQL with SIGKILL, both at once.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Error(err)
	}
	p.killDatabase()
	_ = p.cmd.Wait()
}

// No write that was acknowledged is lost when server and PostgreSQL are killed
// under load, and what was killed comes back by itself.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	p := &process{t: t, binary: build(t), home: openTo(t)}
	p.start()
	t.Cleanup(p.stopAndReset)
	status, text, err := p.call("POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse"}`)
	var in struct {
		AccessToken string `json:"access_token"`
	}
	if err != nil || json.Unmarshal([]byte(text), &in) != nil || in.AccessToken == "" {
		t.Fatalf("sign up: %d %s %v", status, text, err)
	}
	var (
		mu           sync.Mutex
		acknowledged []string
		writers      sync.WaitGroup
	)
	enough := make(chan struct{})
	for w := range 8 {
		writers.Go(func() {
			for n := 0; ; n++ {
				task := fmt.Sprintf("%d-%d", w, n)
				status, _, err := p.call("POST", "/rest/v1/todos", in.AccessToken, `{"task":"`+task+`"}`)
				if err != nil || status != http.StatusCreated {
					return // killed
				}
				mu.Lock()
				acknowledged = append(acknowledged, task)
				if len(acknowledged) == 500 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	p.kill()
	writers.Wait()
	p.start()
	status, text, err = p.call("GET", "/rest/v1/todos?select=task", in.AccessToken, "")
	if err != nil || status != http.StatusOK {
		t.Fatalf("list: %d %s %v", status, text, err)
	}
	var rows []struct{ Task string }
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, row := range rows {
		there[row.Task] = true
	}
	for _, task := range acknowledged {
		if !there[task] {
			t.Errorf("%s was acknowledged and is lost", task)
		}
	}
	t.Logf("%d acknowledged, %d there", len(acknowledged), len(rows))
}
