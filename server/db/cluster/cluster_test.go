package cluster

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func ensure(t *testing.T, o Options) *Cluster {
	t.Helper()
	c, err := Ensure(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := Reset(context.WithoutCancel(t.Context()), o.Home); err != nil {
			t.Error(err)
		}
	})
	return c
}

// home is a folder that the unprivileged user reaches, as a checkout under
// /srv or /home would be.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "home")
}

func connect(t *testing.T, c *Cluster) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func query(t *testing.T, c *Cluster, sql string) string {
	t.Helper()
	var out string
	if err := connect(t, c).QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func signal(t *testing.T, c *Cluster, s syscall.Signal) {
	t.Helper()
	p, alive := c.dirs.postmaster(t.Context())
	if !alive {
		t.Fatal("no server runs")
	}
	if err := syscall.Kill(p.pid, s); err != nil {
		t.Fatal(err)
	}
}

func TestLife(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t), Volatile: true}
	c := ensure(t, o)
	if !c.Started() {
		t.Error("the first Ensure starts the server")
	}
	if again := ensure(t, o); again.Started() || again.URL() != c.URL() {
		t.Error("a second Ensure finds the running server")
	}
	info, err := Describe(o.Home)
	if err != nil || !info.Running || info.URL != c.URL() || info.Version != c.tools.major || info.Binaries != c.tools.bin {
		t.Errorf("while it runs: %+v, %v", info, err)
	}
	stop(t, c)
	stop(t, c) // twice is fine
	if info, err = Describe(o.Home); err != nil || info.Running || info.URL != c.URL() {
		t.Errorf("after Stop: %+v, %v", info, err)
	}
	back := ensure(t, o)
	if !back.Started() || back.URL() != c.URL() {
		t.Error("it comes back on the same port")
	}
	if err := Reset(t.Context(), o.Home); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(o.Home)
	if err != nil || len(left) != 1 || left[0].Name() != lockFile {
		t.Errorf("after Reset: %v, %v", left, err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	c := ensure(t, Options{Home: home(t)})
	for setting, want := range map[string]string{
		"wal_level": "logical", "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "password_encryption": "scram-sha-256",
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "server_encoding": "UTF8", "max_connections": "100",
		"shared_preload_libraries": strings.Join(c.tools.preloads(), ","),
	} {
		if got := query(t, c, `select current_setting('`+setting+`')`); got != want {
			t.Errorf("%s = %q, want %q", setting, got, want)
		}
	}
	if got := query(t, c, `select string_agg(s, ' ' order by s) from unnest(array['b', 'a', 'B', 'é', 'É']) s`); got != "B a b É é" {
		t.Errorf("text sorts as %q, not by code point", got)
	}
	if got := query(t, c, `select upper('é')`); got != "É" {
		t.Errorf("upper('é') = %s", got)
	}
	if _, err := pgx.Connect(t.Context(), superuserURL(c.port, "wrong", Database)); !isRefusal(err) {
		t.Errorf("a wrong password: %v", err)
	}
	stat, err := os.Stat(filepath.Join(c.dirs.home, passwordFile))
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("the password's file: %v, %v", stat.Mode(), err)
	}
}

func TestSecretsOfTheEnvironmentStayOut(t *testing.T) {
	t.Setenv("HOWDAH_TEST_SECRET", "hunter2")
	c := ensure(t, Options{Home: home(t), Volatile: true})
	const environSQL = `select position('hunter2'::bytea in pg_read_binary_file('/proc/self/environ'))::text`
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("no /proc here")
	}
	if got := query(t, c, environSQL); got != "0" {
		t.Error("the server knows this process's environment")
	}
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	o := Options{Home: home(t), Volatile: true, Binaries: embedded, Progress: func(s string) { t.Log(s) }}
	c := ensure(t, o)
	if got := query(t, c, `select current_setting('server_version_num')`); !strings.HasPrefix(got, "18") {
		t.Errorf("server_version_num = %s", got)
	}
	if got := query(t, c, `select upper('é')`); got != "É" {
		t.Errorf("upper('é') = %s", got)
	}
	stop(t, c)
	o.Binaries = auto
	if back := ensure(t, o); back.tools.major != embeddedMajor {
		t.Errorf("a cluster of 18 was started by %d", back.tools.major)
	}
}

func TestUnknownBinaries(t *testing.T) {
	t.Parallel()
	_, err := Ensure(t.Context(), Options{Home: home(t), Binaries: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "HOWDAH_POSTGRES") {
		t.Errorf("error = %v", err)
	}
}

func BenchmarkEnsureRunning(b *testing.B) {
	dir, err := os.MkdirTemp("", "howdah-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		b.Fatal(err)
	}
	o := Options{Home: dir, Volatile: true}
	if _, err := Ensure(b.Context(), o); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = Reset(context.WithoutCancel(b.Context()), o.Home) })
	for b.Loop() {
		if _, err := Ensure(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}
