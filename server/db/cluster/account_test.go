package cluster

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// Under root a home that the unprivileged user cannot reach, as under /root,
// keeps a pointer to its cluster.
func TestUnreachableHome(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("for root: a plain user reaches its own homes")
	}
	private := t.TempDir()
	if err := os.Chmod(private, 0o700); err != nil {
		t.Fatal(err)
	}
	o := Options{Home: filepath.Join(private, "home"), Volatile: true}
	c := ensure(t, o)
	if filepath.Dir(c.dirs.base) != outside {
		t.Fatalf("the cluster is in %s", c.dirs.base)
	}
	if again := ensure(t, o); again.URL() != c.URL() {
		t.Error("a second Ensure finds it")
	}
	if err := os.RemoveAll(o.Home); err != nil { // as a person would, while it runs
		t.Fatal(err)
	}
	t.Cleanup(func() {
		aside, _ := filepath.Glob(c.dirs.base + ".left-*")
		if len(aside) != 1 {
			t.Errorf("set aside: %v", aside)
		}
		for _, dir := range aside {
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
		}
	})
	if anew := ensure(t, o); !anew.Started() || anew.pass == c.pass {
		t.Error("a deleted home's cluster is not taken for the new one's")
	}
	select {
	case <-c.server.ended:
	default:
		t.Error("the deleted home's server still runs")
	}
}

// Under root a cluster that a plain user made goes on as that user's.
func TestClusterOfAnother(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("for root: a plain user reaches its own clusters alone")
	}
	o := Options{Home: home(t), Volatile: true}
	c := ensure(t, o)
	stop(t, c)
	const uid, gid = 54321, 54321
	err := filepath.WalkDir(c.dirs.base, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
	if err != nil {
		t.Fatal(err)
	}
	back := ensure(t, o)
	if got := ownerOf(filepath.Join("/proc", strconv.Itoa(back.server.pid))); got == nil || got.uid != uid {
		t.Errorf("the server runs as %+v", got)
	}
	if got := ownerOf(back.dirs.log); got == nil || got.uid != uid {
		t.Errorf("the log is %+v's", got)
	}
}
