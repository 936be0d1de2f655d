package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAcknowledgedRowsSurviveKill(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t)}
	c := ensure(t, o)
	conn := connect(t, c)
	if _, err := conn.Exec(t.Context(), `create table t (n int)`); err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	for {
		if _, err := conn.Exec(t.Context(), `insert into t select $1`, acknowledged); err != nil {
			break
		}
		if acknowledged++; acknowledged == 200 {
			signal(t, c, syscall.SIGKILL)
		}
	}
	back := ensure(t, o)
	if got, err := strconv.Atoi(query(t, back, `select count(*)::text from t`)); err != nil || got < acknowledged {
		t.Errorf("%d rows of %d acknowledged ones are there (%v)", got, acknowledged, err)
	}
	if !back.Started() || back.URL() != c.URL() {
		t.Error("it comes back on the same port")
	}
}

func TestStalePidOfAnotherProgram(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t), Volatile: true}
	c := ensure(t, o)
	stop(t, c)
	stranger := c.dirs.command("/bin", "sleep", "600") // of the same user: PostgreSQL would not start beside it
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stranger.Process.Kill(); _ = stranger.Wait() })
	stale := fmt.Sprintf("%d\n%s\n1\n%d\n\n\n\n", stranger.Process.Pid, c.dirs.data, c.port)
	if err := c.dirs.write(filepath.Join(c.dirs.data, "postmaster.pid"), stale); err != nil {
		t.Fatal(err)
	}
	stop(t, c) // does not touch the stranger
	if !isLiving(stranger.Process.Pid) {
		t.Fatal("Stop killed another program")
	}
	if back := ensure(t, o); !back.Started() {
		t.Error("it was not started")
	}
}

func TestHalfFinishedInitdb(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t), Volatile: true}
	half := filepath.Join(o.Home, baseDir, "data"+halfMade+"x")
	if err := os.MkdirAll(filepath.Join(half, "base"), 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(o.Home, 0o711); err != nil {
		t.Fatal(err)
	}
	ensure(t, o)
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the half-made cluster is still there: %v", err)
	}
}

// Interrupted at any step, Ensure leaves no server behind, and the next one
// brings the cluster up.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"making", "starting"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			o := Options{Home: home(t), Volatile: true}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			interrupted := o
			interrupted.Progress = func(s string) {
				if strings.HasPrefix(s, step) {
					cancel()
				}
			}
			if _, err := Ensure(ctx, interrupted); !errors.Is(err, context.Canceled) {
				t.Fatalf("error = %v", err)
			}
			if info, err := Describe(o.Home); err != nil || info.Running {
				t.Errorf("something still runs: %+v, %v", info, err)
			}
			if c := ensure(t, o); !c.Started() {
				t.Error("it was not started")
			}
		})
	}
}

func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t), Volatile: true}
	type result struct {
		c   *Cluster
		err error
	}
	results := make(chan result, 2)
	for range cap(results) {
		go func() {
			c, err := Ensure(context.WithoutCancel(t.Context()), o)
			results <- result{c, err}
		}()
	}
	a, b := <-results, <-results
	if a.err != nil || b.err != nil {
		t.Fatal(a.err, b.err)
	}
	if a.c.URL() != b.c.URL() || a.c.Started() == b.c.Started() {
		t.Error("one starts it, the other finds it")
	}
	if err := Reset(t.Context(), o.Home); err != nil {
		t.Error(err)
	}
}

func TestTakenPort(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t), Volatile: true}
	c := ensure(t, o)
	stop(t, c)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fixed := o
	fixed.Port = c.port
	if _, err := Ensure(t.Context(), fixed); err == nil || !strings.Contains(err.Error(), "POSTGRES_PORT") {
		t.Errorf("a fixed port that is taken: %v", err)
	}
	if other := ensure(t, o); other.port == c.port {
		t.Error("it should have moved to another port")
	}
}

func TestMovedHome(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t), Volatile: true}
	c := ensure(t, o)
	moved := o
	moved.Home = o.Home + "-moved"
	if err := os.Rename(o.Home, moved.Home); err != nil {
		t.Fatal(err)
	}
	if running := ensure(t, moved); running.Started() || running.URL() != c.URL() {
		t.Error("the running server is found from the new place")
	}
	if err := Stop(t.Context(), moved.Home); err != nil {
		t.Fatal(err)
	}
	if back := ensure(t, moved); !back.Started() {
		t.Error("it starts from the new place")
	}
}

func TestLostPassword(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t), Volatile: true}
	c := ensure(t, o)
	for _, running := range []bool{true, false} {
		if !running {
			stop(t, c)
		}
		if err := os.WriteFile(filepath.Join(o.Home, passwordFile), []byte("wrong\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Ensure(t.Context(), o); err == nil || !strings.Contains(err.Error(), passwordFile) {
			t.Errorf("running %t: %v", running, err)
		}
	}
	if info, err := Describe(o.Home); err != nil || info.Running {
		t.Errorf("a server that nobody can reach still runs: %+v, %v", info, err)
	}
}

// A library that is there but does not load must not keep the database down.
func TestBrokenPreload(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t), Volatile: true, Binaries: embedded}
	c := ensure(t, o)
	stop(t, c)
	copied := filepath.Join(filepath.Dir(o.Home), "native")
	if err := os.CopyFS(copied, os.DirFS(filepath.Dir(c.tools.bin))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "lib", "postgresql", "pg_cron.so"), []byte("no library"), 0o755); err != nil {
		t.Fatal(err)
	}
	o.Binaries = filepath.Join(copied, "bin")
	back := ensure(t, o)
	if !slices.Contains(back.tools.preloads(), "pg_cron") {
		t.Fatal("the broken library was not tried")
	}
	if got := query(t, back, `select current_setting('shared_preload_libraries')`); got != "" {
		t.Errorf("shared_preload_libraries = %s", got)
	}
}

// Killed while initdb is at work, a process leaves that running: the next
// Ensure does not stumble over it.
func TestKilledDuringInitdb(t *testing.T) {
	t.Parallel()
	const homeOfChild = "HOWDAH_TEST_CHILD_HOME"
	if dir := os.Getenv(homeOfChild); dir != "" {
		_, err := Ensure(t.Context(), Options{Home: dir, Volatile: true})
		t.Fatalf("the parent kills this process before it gets here: %v", err)
	}
	o := Options{Home: home(t), Volatile: true}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), homeOfChild+"="+o.Home)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		at, err := filepath.Glob(filepath.Join(o.Home, baseDir, "data"+halfMade+"*", "base", "1"))
		if err != nil {
			t.Fatal(err)
		}
		if len(at) > 0 {
			break
		}
		if err := sleep(ctx, time.Millisecond); err != nil {
			t.Fatal("the child never came to initdb")
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if c := ensure(t, o); !c.Started() {
		t.Error("it was not started")
	}
	if left, err := filepath.Glob(filepath.Join(o.Home, baseDir, "data"+halfMade+"*")); err != nil || len(left) > 0 {
		t.Errorf("half-made: %v, %v", left, err)
	}
}
