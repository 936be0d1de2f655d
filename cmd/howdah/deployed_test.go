package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// quietPort is one that nobody has, below those that the system hands out to
// whoever asks for any: it stays free until it is used.
func quietPort(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000)))
		if err != nil {
			continue
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		_ = l.Close()
		return port
	}
	t.Fatal("no port is free")
	return ""
}

// From init to the shape of a deployment: a project of its own, a database that
// is somewhere else, HOWDAH_ENV=production, the first admin from the environment.
func TestADeploymentServes(t *testing.T) {
	t.Parallel()
	c := newCrashSite(t, `create database shop`)
	at, err := pgx.ParseConfig(c.owner)
	if err != nil {
		t.Fatal(err)
	}
	port := quietPort(t)
	const secret = "k3v9-QmB2x_tZ7pLw4hRn8cYdF1sJ6gA"
	dir := t.TempDir()
	howdah := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), c.p.binary, args...)
		cmd.Dir = filepath.Join(dir, "shop")
		cmd.Env = append(os.Environ(), "HOWDAH_ENV=production", "HOWDAH_PROJECT=.", "HOWDAH_HOME="+filepath.Join(dir, "home"), "HOST=127.0.0.1", "PORT="+port,
			fmt.Sprintf("DATABASE_URL=postgres://%s:%s@%s:%d/shop?sslmode=disable", at.User, at.Password, at.Host, at.Port),
			"AUTHENTICATOR_PASSWORD="+secret+"2", "API_EXTERNAL_URL=https://api.example.test", "EMAIL_BACKEND=none", "MAILER_AUTOCONFIRM=true",
			"HOWDAH_ADMIN_EMAIL=root@example.test", "HOWDAH_ADMIN_PASSWORD="+secret)
		return cmd
	}
	made := howdah("init", "shop", "--template", "saas")
	made.Dir, made.Env = dir, os.Environ()
	for _, cmd := range []*exec.Cmd{made, howdah("deploy", "generate"), howdah("env", "validate")} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("howdah %s: %v\n%s", strings.Join(cmd.Args[1:], " "), err, out)
		}
	}
	var log strings.Builder
	serve := howdah("serve")
	serve.Stderr = &log
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve.Wait() }()
	ask := func(method, path, body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:"+port+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, ""
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(text)
	}
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if status, _ := ask("GET", "/readyz", ""); status == http.StatusOK {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("it does not come up: %v\n%s", err, log.String())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("it does not come up")
		}
	}
	for _, test := range []struct {
		method, path, body string
		status             int
		holds              string
	}{
		{"POST", "/auth/v1/token?grant_type=password", `{"email":"root@example.test","password":"` + secret + `"}`, 200, `"access_token"`},
		{"GET", "/functions/v1/app", "", 200, "<!doctype html>"},
		{"GET", "/auth/v1/.well-known/jwks.json", "", 200, `"keys"`},
		{"GET", "/dev/inbox", "", 404, ""},
	} {
		if status, body := ask(test.method, test.path, test.body); status != test.status || !strings.Contains(body, test.holds) {
			t.Errorf("%s %s: %d %s", test.method, test.path, status, body)
		}
	}
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("it does not end well: %v\n%s", err, log.String())
	}
}
