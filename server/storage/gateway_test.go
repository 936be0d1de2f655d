package storage

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"howdah/server/config"
)

// gateway is a real S3 server that a test may stop and start again.
type gateway struct {
	t      *testing.T
	dir    string
	addr   string
	config config.Storage
	cmd    *exec.Cmd
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{t: t, dir: t.TempDir(), addr: l.Addr().String()}
	l.Close()
	for _, sub := range []string{"data/howdah", "meta"} {
		if err := os.MkdirAll(filepath.Join(g.dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	g.config = settings(t, map[string]string{
		"STORAGE_S3_ENDPOINT": "http://" + g.addr, "STORAGE_S3_BUCKET": "howdah", "STORAGE_S3_PREFIX": "bytes/",
		"STORAGE_S3_ACCESS_KEY_ID": "tester", "STORAGE_S3_SECRET_ACCESS_KEY": "tester-secret",
	})
	g.start()
	t.Cleanup(g.stop)
	return g
}

// building keeps parallel tests from building the server twice.
var building sync.Mutex

func (g *gateway) start() {
	g.t.Helper()
	building.Lock()
	defer building.Unlock()
	root, err := filepath.Abs("../..")
	if err != nil {
		g.t.Fatal(err)
	}
	g.cmd = exec.Command("scripts/versitygw", "--quiet", "--port", g.addr, "--access", "tester", "--secret", "tester-secret",
		"posix", "--sidecar", filepath.Join(g.dir, "meta"), filepath.Join(g.dir, "data"))
	g.cmd.Dir, g.cmd.Stderr = root, os.Stderr
	if err := g.cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	b, err := NewS3(g.config)
	if err != nil {
		g.t.Fatal(err)
	}
	for wait := time.Now().Add(3 * time.Minute); b.Check(g.t.Context()) != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(wait) {
			g.t.Fatal("the S3 server does not answer: see scripts/versitygw")
		}
	}
}

func (g *gateway) stop() {
	if g.cmd != nil {
		_ = g.cmd.Process.Kill()
		_ = g.cmd.Wait()
		g.cmd = nil
	}
}

func both(t *testing.T, test func(t *testing.T, b Backend)) {
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		b, err := NewDisk(t.TempDir(), true)
		if err != nil {
			t.Fatal(err)
		}
		test(t, b)
	})
	t.Run("s3", func(t *testing.T) {
		t.Parallel()
		b, err := NewS3(newGateway(t).config)
		if err != nil {
			t.Fatal(err)
		}
		test(t, b)
	})
}
