package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// patience bounds a start, crash recovery included.
const patience = 3 * time.Minute

// start launches the server and waits until it takes connections. What cannot
// be bound, preloaded or locked yet is tried again in another way.
func (c *Cluster) start(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	o.Progress(fmt.Sprintf("starting PostgreSQL %d", c.tools.major))
	preload, kept := c.tools.preloads(), c.dirs.port()
	for {
		port, err := choosePort(ctx, o.Port, kept)
		if err != nil {
			return err
		}
		if err := c.configure(o, port, preload); err != nil {
			return err
		}
		if err := c.dirs.dropStalePid(ctx); err != nil {
			return err
		}
		p, err := c.dirs.launch(c.tools.bin)
		if err != nil {
			return err
		}
		c.server = p
		err = c.ready(ctx, port)
		if err == nil {
			c.port = port
			return c.dirs.keepPort(port)
		}
		if !errors.Is(err, errEnded) {
			return errors.Join(err, c.abandon()) // nothing is left half started
		}
		switch words := c.dirs.words(p); {
		case strings.Contains(words, "could not access file") && preload != nil,
			strings.Contains(words, "could not load library") && preload != nil:
			preload = nil // a library that went away must not keep the database down
		case strings.Contains(words, "could not bind") && o.Port == 0:
			kept = 0
		case strings.Contains(words, "pre-existing shared memory block"), strings.Contains(words, "lock file"):
			// The children of a killed server take a moment to end, and a
			// server that another process left starting takes one to be seen.
			c.server = nil
			if err := sleep(ctx, 100*time.Millisecond); err != nil {
				return fmt.Errorf("start PostgreSQL: %w\n%s", err, words)
			}
			if err := c.await(ctx); err != nil || c.port != 0 {
				return err
			}
		default:
			return fmt.Errorf("start PostgreSQL: %w\n%s", err, words)
		}
	}
}

var errEnded = errors.New("it ended at once")

// ready waits until the server answers, or has ended.
func (c *Cluster) ready(ctx context.Context, port int) error {
	for {
		err := c.ping(ctx, port)
		if err == nil {
			return nil
		}
		if isRefusal(err) {
			return fmt.Errorf("the cluster refuses the password in %s: put the right one back, or `howdah reset` to start anew: %w",
				filepath.Join(c.dirs.home, passwordFile), err)
		}
		select {
		case <-c.server.ended:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("start PostgreSQL: %w\n%s", ctx.Err(), c.dirs.words(c.server))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// abandon stops what this Ensure launched and could not bring up.
func (c *Cluster) abandon() error {
	if c.server == nil {
		return nil
	}
	return c.server.end()
}

// dropStalePid removes a postmaster.pid whose number another program has by
// now: PostgreSQL would take that for a server. Other stale ones it sees
// through by itself.
func (d *dirs) dropStalePid(ctx context.Context) error {
	p, serves := d.postmaster(ctx)
	if serves || p.pid == 0 || !isLiving(p.pid) {
		return nil
	}
	if err := os.Remove(filepath.Join(d.data, "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// choosePort is the fixed port, the kept one if it is free, or a free one.
func choosePort(ctx context.Context, fixed, kept int) (int, error) {
	if fixed != 0 {
		if !isFree(ctx, fixed) {
			return 0, fmt.Errorf("POSTGRES_PORT %d is taken by another program: choose another, or 0 for a free one", fixed)
		}
		return fixed, nil
	}
	if kept != 0 && isFree(ctx, kept) {
		return kept, nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}

func isFree(ctx context.Context, port int) bool {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
