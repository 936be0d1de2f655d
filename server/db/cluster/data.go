package cluster

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// halfMade marks the folders of an initdb under way and of a delete under way.
const halfMade = ".half-"

// ensureData finds the binaries and makes the data if there is none: in a
// folder of its own, renamed when whole.
func (c *Cluster) ensureData(ctx context.Context, o Options) error {
	halves, err := filepath.Glob(c.dirs.data + halfMade + "*")
	if err != nil {
		return err
	}
	for _, half := range halves {
		if err := removeAll(ctx, half); err != nil {
			return fmt.Errorf("remove a half-made cluster: %w", err)
		}
	}
	made, err := c.dirs.version()
	if err != nil {
		return err
	}
	if c.tools, err = findTools(ctx, o, c.dirs, made); err != nil || made != 0 {
		return err
	}
	o.Progress(fmt.Sprintf("making a PostgreSQL %d cluster", c.tools.major))
	making := c.dirs.data + halfMade + rand.Text()[:8]
	passFile := making + ".pass"
	defer os.Remove(passFile)
	if err := c.dirs.write(passFile, c.pass); err != nil {
		return err
	}
	args := []string{"-D", making, "-U", Superuser, "-A", "scram-sha-256", "--pwfile=" + passFile, "-E", "UTF8"}
	if o.Volatile {
		args = append(args, "--no-sync")
	}
	var failed error
	for _, locale := range c.tools.locales() {
		failed = finish(ctx, c.dirs.command(c.tools.bin, "initdb", append(args, locale...)...))
		if failed == nil {
			return os.Rename(making, c.dirs.data)
		}
		if err := os.RemoveAll(making); err != nil || ctx.Err() != nil {
			return errors.Join(fmt.Errorf("initdb: %w", failed), err)
		}
	}
	return fmt.Errorf("initdb: %w", failed)
}

// removeAll is os.RemoveAll for a folder in which the initdb of a process that
// was killed may still be at work: that ends by itself.
func removeAll(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := os.RemoveAll(path)
		if !errors.Is(err, syscall.ENOTEMPTY) {
			return err
		}
		if sleep(ctx, 50*time.Millisecond) != nil {
			return err
		}
	}
}

// version is the major version that the data was made by, 0 without data.
func (d *dirs) version() (int, error) {
	text, err := os.ReadFile(filepath.Join(d.data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s holds no cluster that can be read: %w", d.data, err)
	}
	return major, nil
}

// locales are initdb's arguments for code point order with Unicode's letters,
// best first: not every C library has C.UTF-8, and PostgreSQL's own came with 17.
func (t tools) locales() [][]string {
	byLibrary := [][]string{{"--locale=C.UTF-8"}, {"--locale=C"}}
	if t.major < 17 {
		return byLibrary
	}
	builtin := []string{"--locale-provider=builtin", "--builtin-locale=C.UTF-8"}
	return [][]string{append(builtin, "--locale=C.UTF-8"), append(builtin[:2:2], "--locale=C"), {"--locale=C"}}
}

// finish runs a command to its end. If ctx ends first, the command's whole
// session is killed: initdb has children.
func finish(ctx context.Context, cmd *exec.Cmd) error {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return err
	}
	release := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer release()
	err := cmd.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, said.String())
	}
	return nil
}
