package storage

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/token"
)

// TestMain lets the test binary be a server that a test kills: a child of
// itself, told what to do by its environment.
func TestMain(m *testing.M) {
	if os.Getenv("STORAGE_CHILD_URL") == "" {
		os.Exit(m.Run())
	}
	if err := child(); err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

// child serves until it dies at the fault that its parent chose.
func child() error {
	vars := map[string]string{"HOWDAH_HOME": os.Getenv("STORAGE_CHILD_HOME")}
	c, err := config.Parse(vars)
	if err != nil {
		return err
	}
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		return err
	}
	ctx, stop := signalContext()
	defer stop()
	pool, err := db.Open(ctx, os.Getenv("STORAGE_CHILD_URL"), c.DB)
	if err != nil {
		return err
	}
	backend, err := NewBackend(c.Storage)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s, err := New(Deps{Pool: pool, Ring: ring, Backend: backend, Config: c.Storage, AnonRole: "anon", ExternalURL: "http://" + l.Addr().String()})
	if err != nil {
		return err
	}
	dieAt := os.Getenv("STORAGE_CHILD_FAULT")
	fault = func(step string) error {
		if step == dieAt {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}
	fmt.Println("http://" + l.Addr().String())
	switch os.Getenv("STORAGE_CHILD_TASK") {
	case "reap":
		_, err := s.keeper.Reap(ctx)
		return err
	case "migrate":
		to, err := NewDisk(filepath.Join(filepath.Dir(c.Storage.LocalPath), "elsewhere"), true)
		if err != nil {
			return err
		}
		_, err = Migrate(ctx, pool, backend, to, false, func(string) {})
		return err
	default:
		return http.Serve(l, serving(s))
	}
}

// fork starts a child over the fixture's database, files and keys. It serves,
// unless it is given a task.
func (a *api) fork(url, home, dieAt string, task ...string) (string, *exec.Cmd) {
	a.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^$")
	cmd.Env = append(os.Environ(), "STORAGE_CHILD_URL="+url, "STORAGE_CHILD_HOME="+home, "STORAGE_CHILD_FAULT="+dieAt,
		"STORAGE_CHILD_TASK="+strings.Join(task, ""))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		a.t.Fatalf("the child did not start: %v", err)
	}
	return strings.TrimSpace(line), cmd
}

// kill -9 at every step of an upload: what was there before stays, what was
// acknowledged is there, nothing is there in half, and the reaper leaves no orphan.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("after", 20_000) // a row first, then bytes; of a small one bytes first
	for _, step := range []string{"bytes written", "bytes stored", "committed"} {
		for kind, after := range map[string]string{"small": "after", "large": large} {
			t.Run(step+" of a "+kind+" file", func(t *testing.T) {
				t.Parallel()
				home := t.TempDir()
				a := newAPIAt(t, home)
				if r := a.put("f", "before"); r.status != http.StatusOK {
					t.Fatal(r.body)
				}
				url, cmd := a.fork(a.url, home, step)
				r := a.call("POST", url+Prefix+"/object/b/f", a.service, strings.NewReader(after), "X-Upsert", "true", "Content-Type", "text/plain")
				if r.status != 0 {
					t.Fatalf("the child answered: %d %s", r.status, r.body)
				}
				_ = cmd.Wait()
				want := "before"
				if step == "committed" {
					want = after
				}
				if got := a.get("f"); got.body != want {
					t.Errorf("got %d bytes: %.20q", len(got.body), got.body)
				}
				a.whole()
				if got := a.get("f"); got.body != want {
					t.Errorf("after the reaper %d bytes: %.20q", len(got.body), got.body)
				}
			})
		}
	}
}

// A resumable upload goes on after a kill -9 of any step, on a new server.
func TestResumableSurvivesKill(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"part stored", "part noted", "parts joined", "committed"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			a := newAPIAt(t, home)
			url, cmd := a.fork(a.url, home, "")
			up := a.create("r", 10, url)
			if r := a.patch(url+up, 0, "01234"); r.status != http.StatusNoContent {
				t.Fatalf("%d %s", r.status, r.body)
			}
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			url, cmd = a.fork(a.url, home, step)
			if r := a.patch(url+up, 5, "56789"); r.status != 0 {
				t.Fatalf("the child answered: %d %s", r.status, r.body)
			}
			_ = cmd.Wait()
			url, _ = a.fork(a.url, home, "")
			head := a.call("HEAD", url+up, "", nil, "Tus-Resumable", "1.0.0")
			switch offset := head.header.Get("Upload-Offset"); {
			case step == "part stored" && offset == "5":
				if r := a.patch(url+up, 5, "56789"); r.status != http.StatusNoContent {
					t.Errorf("%d %s", r.status, r.body)
				}
			case step == "part stored" || offset != "10":
				t.Errorf("HEAD: %d, offset %q", head.status, offset)
			}
			if got := a.get("r"); got.body != "0123456789" {
				t.Errorf("%d %s", got.status, got.body)
			}
			a.whole()
		})
	}
}
