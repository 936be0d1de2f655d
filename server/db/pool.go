// Package db is the one way to PostgreSQL: pools, calls of functions, the
// migrations and the sql/ loader. It knows no domain.
package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"howdah/server/config"
	"howdah/server/problem"
)

// Pool is a bounded pool of connections that log in as authenticator. Waiting
// for one is bounded too: past AcquireTimeout the caller gets problem.ErrBusy.
type Pool struct {
	*pgxpool.Pool
	aside          *pgxpool.Pool
	acquireTimeout time.Duration
	rotates        bool // the password is read from a file for each connection
}

// asideConns is how many connections the pool has aside.
const asideConns = 2

// Open makes a pool for url without connecting: the database may be down now
// and back later. The caller closes it.
func Open(ctx context.Context, url string, c config.DB) (*Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a PostgreSQL URL") // the cause would print the password
	}
	cfg.MinConns, cfg.MaxConns = c.PoolMin, max(c.PoolMax, c.PoolMin, 1)
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.MaxConnLifetime = time.Hour
	cfg.MaxConnLifetimeJitter = 10 * time.Minute
	cfg.ConnConfig.ConnectTimeout = c.AcquireTimeout
	cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	cfg.BeforeConnect = spillConnections
	cfg.AfterConnect = unreadJSON
	rotates := c.PasswordFile != "" && cfg.ConnConfig.User == "authenticator"
	if rotates {
		cfg.BeforeConnect = func(ctx context.Context, cc *pgx.ConnConfig) error {
			if text, err := os.ReadFile(c.PasswordFile); err == nil && len(text) > 0 {
				cc.Password = strings.TrimSpace(string(text))
			}
			return spillConnections(ctx, cc)
		}
	}
	params := cfg.ConnConfig.RuntimeParams
	params["application_name"] = "howdah"
	if c.StatementTimeoutMS > 0 {
		params["statement_timeout"] = strconv.Itoa(c.StatementTimeoutMS)
	}
	params["idle_in_transaction_session_timeout"] = "60000"
	aside := cfg.Copy()
	aside.MinConns, aside.MaxConns = 0, asideConns
	aside.MaxConnIdleTime = aside.MaxConnLifetime
	p := &Pool{acquireTimeout: c.AcquireTimeout, rotates: rotates}
	if p.Pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	if p.aside, err = pgxpool.NewWithConfig(ctx, aside); err != nil {
		p.Pool.Close()
		return nil, fmt.Errorf("open pool: %w", err)
	}
	return p, nil
}

// Close ends all connections, once those that are taken have been released.
func (p *Pool) Close() {
	p.Pool.Close()
	p.aside.Close()
}

// Acquire takes a connection or says why there is none: problem.ErrBusy when
// all stayed taken, problem.ErrDatabaseGone when the database did not answer.
func (p *Pool) Acquire(ctx context.Context) (*pgxpool.Conn, error) {
	return p.acquire(ctx, p.Pool)
}

// Aside calls fn with one of two connections beside the pool's; it fails as
// Acquire does. They are for functions whose plans take a connection long to
// make and much memory to keep: few connections do it for all. What fn does
// must do no harm if done twice: where the connection turns out to be dead, as
// after a restart of PostgreSQL, fn is called with another. Who has a connection
// of the pool may wait for one of these, but not the other way round.
func (p *Pool) Aside(ctx context.Context, fn func(*pgxpool.Conn) error) error {
	for dead := 0; ; dead++ {
		conn, err := p.acquire(ctx, p.aside)
		if err != nil {
			return err
		}
		err = fn(conn)
		lost := err != nil && conn.Conn().IsClosed() && ctx.Err() == nil
		conn.Release()
		if !lost || dead == asideConns {
			return err
		}
	}
}

// EachAside takes all connections aside, at once, and calls fn with each.
func (p *Pool) EachAside(ctx context.Context, fn func(*pgxpool.Conn) error) error {
	var taken [asideConns]*pgxpool.Conn
	var err error
	for i := range taken {
		if taken[i], err = p.acquire(ctx, p.aside); err != nil {
			break
		}
		defer taken[i].Release() //nolint:gocritic // all are to be held at once
	}
	for _, conn := range taken {
		if err == nil {
			err = fn(conn)
		}
	}
	return err
}

func (p *Pool) acquire(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Conn, error) {
	wait, cancel := context.WithTimeout(ctx, p.acquireTimeout)
	defer cancel()
	conn, err := pool.Acquire(wait)
	for try := 0; p.rotates && refused(err) && try < 20; try++ { // half rotated: the file follows the role
		select {
		case <-wait.Done():
		case <-time.After(50 * time.Millisecond):
		}
		conn, err = pool.Acquire(wait)
	}
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case wait.Err() != nil && pool.Stat().AcquiredConns() >= pool.Config().MaxConns:
		return nil, fmt.Errorf("acquire: %w", problem.ErrBusy)
	default:
		return nil, fmt.Errorf("acquire: %w: %w", problem.ErrDatabaseGone, err)
	}
}

// refused says that the password was wrong.
func refused(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "28P01"
}
