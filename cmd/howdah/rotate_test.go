package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// session is what a sign-up answers.
type session struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

func (p *process) stopAndReset() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
	if out, err := p.command(context.WithoutCancel(p.t.Context()), "reset", "--yes").CombinedOutput(); err != nil {
		p.t.Errorf("reset: %v\n%s", err, out)
	}
}

func (p *process) must(args ...string) string {
	p.t.Helper()
	out, err := p.command(p.t.Context(), args...).Output()
	if err != nil {
		p.t.Fatalf("howdah %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}

func (p *process) want(status int, method, path, bearer, body string, into any) {
	p.t.Helper()
	got, text, err := p.call(method, path, bearer, body)
	if err == nil && got == status && into != nil {
		err = json.Unmarshal([]byte(text), into)
	}
	if err != nil || got != status {
		p.t.Fatalf("%s %s: %d %s %v", method, path, got, text, err)
	}
}

// until waits for what a running server does by itself.
func (p *process) until(what string, is func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatal(what)
		}
	}
}

// A running server takes new passwords, keys and secrets over: no request
// fails, nobody is signed out, and what is pruned ends.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	p := &process{t: t, binary: build(t), home: openTo(t)}
	p.start()
	t.Cleanup(p.stopAndReset)
	var in session
	p.want(200, "POST", "/auth/v1/signup", "", `{"email":"ada@example.test","password":"correct horse"}`, &in)

	for range 3 { // connections are opened while the password changes, and after
		before := p.password()
		p.dropConnections(in.AccessToken)
		var readers sync.WaitGroup
		for range 8 {
			readers.Go(func() {
				for range 20 {
					if status, text, err := p.call("GET", "/rest/v1/todos", in.AccessToken, ""); err != nil || status != http.StatusOK {
						t.Errorf("under rotation: %d %s %v", status, text, err)
						return
					}
				}
			})
		}
		p.must("password", "rotate", "authenticator")
		readers.Wait()
		p.dropConnections(in.AccessToken)
		if p.password() == before {
			t.Error("the password is the one before")
		}
	}

	p.must("secret", "rotate", "refresh")
	p.must("secret", "activate", "refresh")
	var status []struct{ Purpose, State string }
	if err := json.Unmarshal([]byte(p.must("secret", "status", "--json")), &status); err != nil || len(status) != 6 {
		t.Errorf("secret status: %v %v", status, err)
	}
	refresh := func() int {
		code, text, err := p.call("POST", "/auth/v1/token?grant_type=refresh_token", "", fmt.Sprintf(`{"refresh_token":%q}`, in.RefreshToken))
		if err != nil || code != http.StatusOK && code != http.StatusBadRequest {
			t.Fatalf("refresh: %d %s %v", code, text, err)
		}
		if code == http.StatusOK {
			_ = json.Unmarshal([]byte(text), &in)
		}
		return code
	}
	old := in.RefreshToken
	p.until("the new secret is never used", func() bool {
		if refresh() != http.StatusOK {
			t.Fatal("a refresh token is refused within the grace window")
		}
		return in.RefreshToken[len(in.RefreshToken)-8:] != old[len(old)-8:]
	})
	if out, err := p.command(t.Context(), "secret", "prune", "refresh").CombinedOutput(); err == nil || !strings.Contains(string(out), "grace window") {
		t.Errorf("pruned within its grace: %s", out)
	}
}

func (p *process) password() string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.home, "authenticator.password"))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// dropConnections ends the server's, and leaves it with no more than one.
func (p *process) dropConnections(bearer string) {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.must("info", "--owner-url"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close(p.t.Context())
	const dropSQL = `select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'authenticator'`
	if _, err := conn.Exec(p.t.Context(), dropSQL); err != nil {
		p.t.Fatal(err)
	}
	well := 0
	p.until("the server does not come back", func() bool {
		if status, _, err := p.call("GET", "/rest/v1/todos", bearer, ""); err == nil && status == http.StatusOK {
			well++
		} else {
			well = 0
		}
		return well == 12
	})
}
