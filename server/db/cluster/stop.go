package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Stop ends the server of the cluster under home: sessions are cut, what was
// committed is safe. Nothing running is fine.
func Stop(ctx context.Context, home string) error {
	return locked(ctx, home, func(d *dirs) error { return d.stop(ctx) })
}

// Reset stops the cluster under home and deletes all that Ensure made: data,
// log, password and port. Signing keys and fetched binaries stay.
func Reset(ctx context.Context, home string) error {
	return locked(ctx, home, func(d *dirs) error {
		if err := d.stop(ctx); err != nil {
			return err
		}
		// Renamed first: a delete that is cut short leaves nothing that looks whole.
		half := d.data + halfMade + rand.Text()[:8]
		if err := os.Rename(d.data, half); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete the cluster: %w", err)
		}
		if err := removeAll(ctx, d.base); err != nil {
			return fmt.Errorf("delete the cluster: %w", err)
		}
		for _, name := range []string{pointerFile, portFile, passwordFile} {
			if err := os.Remove(filepath.Join(d.home, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return nil
	})
}

// locked does what is to be done to the cluster under home, if there is one.
func locked(ctx context.Context, home string, do func(*dirs) error) error {
	d, err := open(home)
	if err != nil {
		return err
	}
	if _, err := os.Stat(d.home); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	unlock, err := d.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := d.settle(); err != nil { // whoever held the lock may have moved it
		return err
	}
	return do(&d)
}

// stop signals the postmaster as pg_ctl does: fast first, at once if it hangs.
func (d *dirs) stop(ctx context.Context) error {
	p, alive := d.postmaster(ctx)
	if !alive {
		return nil
	}
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 10 * time.Second}} {
		if err := syscall.Kill(p.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop PostgreSQL (pid %d): %w", p.pid, err)
		}
		deadline := time.Now().Add(step.wait)
		for time.Now().Before(deadline) {
			if !d.serves(ctx, p.pid) {
				return nil
			}
			if err := sleep(ctx, 5*time.Millisecond); err != nil {
				return fmt.Errorf("stop PostgreSQL (pid %d): %w", p.pid, err)
			}
		}
	}
	return fmt.Errorf("PostgreSQL (pid %d) does not stop; see %s", p.pid, d.log)
}
