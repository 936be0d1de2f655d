package cluster

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What the cluster keeps under HOWDAH_HOME.
const (
	baseDir      = "postgres"          // the cluster's folder, where user can reach it
	pointerFile  = "postgres.at"       // else: the name of the folder that holds it
	lockFile     = "postgres.lock"     // taken while a process makes, starts, stops or deletes
	passwordFile = "postgres.password" // the superuser's
	portFile     = "postgres.port"     // chosen once
)

// outside is where clusters live whose home the unprivileged user cannot reach.
const outside = "/var/lib/howdah"

// dirs is where a cluster lives. PostgreSQL refuses to run as root: then user
// is whom its programs run as, and who owns the data.
type dirs struct {
	home string // HOWDAH_HOME
	base string // the cluster's folder
	data string
	log  string
	user *account // nil: the process's own
}

// makeHome is open with the home made if missing.
func makeHome(home string) (dirs, error) {
	d, err := open(home)
	if err != nil {
		return d, err
	}
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // the unprivileged user passes through; each secret in it is 0600
	}
	if err := os.MkdirAll(d.home, mode); err != nil {
		return d, fmt.Errorf("HOWDAH_HOME: %w", err)
	}
	return d, nil
}

// makeBase settles whose the cluster is and where, and makes its folder. The
// home is locked.
func (d *dirs) makeBase(ctx context.Context, progress func(string)) error {
	if err := d.settle(); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return d.mkdir(d.base)
	}
	if d.user = ownerOf(d.data); d.user != nil {
		return nil // made before, perhaps by a plain user: it stays theirs
	}
	var err error
	if d.user, err = unprivileged(ctx); err != nil {
		return err
	}
	if err := d.place(ctx, progress); err != nil {
		return err
	}
	return d.mkdir(d.base)
}

// open is where the cluster under home lives if there is one.
func open(home string) (dirs, error) {
	home, err := filepath.Abs(home)
	if err != nil {
		return dirs{}, fmt.Errorf("HOWDAH_HOME: %w", err)
	}
	d := dirs{home: home}
	return d, d.settle()
}

// settle reads where the cluster is: in home, or where the pointer says.
func (d *dirs) settle() error {
	base, err := d.read(pointerFile)
	if base == "" {
		base = filepath.Join(d.home, baseDir)
	}
	d.at(base)
	return err
}

func (d *dirs) at(base string) {
	d.base, d.data, d.log = base, filepath.Join(base, "data"), filepath.Join(base, "postgres.log")
}

// place moves a cluster that is still to be made out of a home that the
// unprivileged user cannot reach (under /root, say): home keeps a pointer.
func (d *dirs) place(ctx context.Context, progress func(string)) error {
	if d.base != filepath.Join(d.home, baseDir) || d.user.reaches(ctx, d.home) {
		return nil
	}
	sum := sha256.Sum256([]byte(d.home))
	base := filepath.Join(outside, hex.EncodeToString(sum[:8]))
	if err := os.MkdirAll(outside, 0o755); err != nil { //nolint:gosec // others pass through; the clusters below are 0700
		return err
	}
	// A home of this name was here before and its pointer is gone: nobody has
	// the password of that cluster any more. It is stopped and set aside.
	if _, err := os.Stat(base); err == nil {
		left := dirs{home: d.home}
		left.at(base)
		if err := left.stop(ctx); err != nil {
			return err
		}
		aside := base + ".left-" + time.Now().UTC().Format("20060102T150405") + "-" + rand.Text()[:4]
		if err := os.Rename(base, aside); err != nil {
			return err
		}
		progress("the cluster of an earlier " + d.home + " was set aside as " + aside)
	}
	d.at(base)
	return d.keep(pointerFile, base)
}

// lock takes the home for this process until the returned function is called
// or the process ends.
func (d *dirs) lock(ctx context.Context) (func(), error) {
	f, err := os.OpenFile(filepath.Join(d.home, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", d.home, err), f.Close())
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return nil, errors.Join(fmt.Errorf("wait for another howdah on %s: %w", d.home, err), f.Close())
		}
	}
}

// mkdir makes a folder that is user's alone.
func (d *dirs) mkdir(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return d.give(path)
}

func (d *dirs) give(path string) error {
	if d.user == nil {
		return nil
	}
	return os.Chown(path, d.user.uid, d.user.gid)
}

// write makes or replaces a file of the cluster's user, never half.
func (d *dirs) write(path, text string) error {
	tmp := path + ".tmp-" + rand.Text()[:8]
	if err := writeSynced(tmp, text); err != nil {
		return err
	}
	if err := d.give(tmp); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// keep makes or replaces a file under home, never half.
func (d *dirs) keep(name, text string) error {
	tmp := filepath.Join(d.home, name+".tmp-"+rand.Text()[:8])
	if err := writeSynced(tmp, text+"\n"); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(d.home, name))
}

func writeSynced(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// read is what keep kept; empty when there is no such file.
func (d *dirs) read(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(d.home, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(text)), err
}

// secret is what is kept under name, made when there is none.
func (d *dirs) secret(name string) (string, error) {
	text, err := d.read(name)
	if err != nil || text != "" {
		return text, err
	}
	text = rand.Text()
	return text, d.keep(name, text)
}

// port is the kept one, 0 if there is none.
func (d *dirs) port() int {
	text, err := d.read(portFile)
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(text)
	return port
}

func (d *dirs) keepPort(port int) error {
	if d.port() == port {
		return nil
	}
	return d.keep(portFile, strconv.Itoa(port))
}
