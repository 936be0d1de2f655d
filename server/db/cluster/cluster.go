// Package cluster keeps a PostgreSQL of Howdah's own: it finds or fetches the
// binaries, makes the cluster, starts and stops it. It survives being killed
// at any moment: what is half done is made anew or finished the next time.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Options say where and how.
type Options struct {
	Home     string       // HOWDAH_HOME; made if missing
	Port     int          // 0: a free one, chosen once and kept
	Binaries string       // auto, embedded, or a folder that holds postgres and initdb
	Volatile bool         // no fsync: for clusters that tests throw away
	Progress func(string) // told what takes long; may be nil
}

// Cluster is a private cluster that answers.
type Cluster struct {
	dirs   dirs
	tools  tools
	port   int
	pass   string
	server *process // of this process's making; nil when it ran before
}

// Database is the database of the app, Superuser who owns the cluster.
const (
	Database  = "howdah"
	Superuser = "postgres"
)

// URL is the superuser's connection to the app's database.
func (c *Cluster) URL() string { return superuserURL(c.port, c.pass, Database) }

// Started says whether this Ensure started the server.
func (c *Cluster) Started() bool { return c.server != nil }

func superuserURL(port int, password, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(Superuser, password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Ensure makes the cluster under o.Home if there is none, starts it if it is
// down, and answers when the app's database takes connections. Two processes
// that ensure at once do it one after the other.
func Ensure(ctx context.Context, o Options) (*Cluster, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	d, err := makeHome(o.Home)
	if err != nil {
		return nil, err
	}
	unlock, err := d.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := d.makeBase(ctx, o.Progress); err != nil {
		return nil, err
	}
	c := &Cluster{dirs: d}
	if c.pass, err = d.secret(passwordFile); err != nil {
		return nil, err
	}
	if err := c.await(ctx); err != nil {
		return nil, err
	}
	if c.port == 0 {
		if err := c.ensureData(ctx, o); err != nil {
			return nil, err
		}
		if err := c.start(ctx, o); err != nil {
			return nil, err
		}
	}
	if err := c.ensureDatabase(ctx); err != nil {
		return nil, errors.Join(err, c.abandon())
	}
	return c, nil
}

// await finds the server of this cluster that runs already: it sets the port
// once that answers, and leaves it 0 where no server runs.
func (c *Cluster) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		p, alive := c.dirs.postmaster(ctx)
		if !alive {
			return nil
		}
		if p.port != 0 {
			switch err := c.ping(ctx, p.port); {
			case err == nil:
				c.port = p.port
				return c.dirs.keepPort(p.port)
			case isRefusal(err):
				return fmt.Errorf("the running PostgreSQL (pid %d) refuses the password in %s: put the right one back, or `howdah reset` to start anew: %w",
					p.pid, filepath.Join(c.dirs.home, passwordFile), err)
			}
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("PostgreSQL (pid %d) neither answers nor ends; see %s: %w", p.pid, c.dirs.log, err)
		}
	}
}

// ping says whether a server on port lets the superuser in.
func (c *Cluster) ping(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, superuserURL(port, c.pass, "postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// isRefusal says whether the server turned the password down (class 28).
func isRefusal(err error) bool { return strings.HasPrefix(sqlState(err), "28") }

// sqlState is the code of an error that the server answered, else nothing.
func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// ensureDatabase makes the app's database when there is none, as there is
// after a first start that was cut short. The session of a process that was
// killed may still be making it.
func (c *Cluster) ensureDatabase(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.URL())
		if err == nil {
			return conn.Close(ctx)
		}
		if sqlState(err) != "3D000" { // invalid_catalog_name: there is none
			return fmt.Errorf("connect to the private cluster: %w", err)
		}
		switch err := c.createDatabase(ctx); sqlState(err) {
		case "": // made, or no answer
			return err
		case "42P04", "23505": // duplicate_database, or nearly so
			if err := sleep(ctx, 50*time.Millisecond); err != nil {
				return fmt.Errorf("wait for the database %s: %w", Database, err)
			}
		default:
			return err
		}
	}
}

func (c *Cluster) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, superuserURL(c.port, c.pass, "postgres"))
	if err != nil {
		return fmt.Errorf("connect to the private cluster: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "create database "+Database+" template template0"); err != nil {
		return fmt.Errorf("create the database %s: %w", Database, err)
	}
	return nil
}

// Stop ends the server of this cluster.
func (c *Cluster) Stop(ctx context.Context) error { return Stop(ctx, c.dirs.home) }
