package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// CallAs runs sql as the caller, in one round trip with the prelude that says
// who that is; it answers exactly one row of (status, body), like Call.
func (p *Pool) CallAs(ctx context.Context, c *Caller, sql string, args ...any) (Outcome, error) {
	return RowAs[Outcome](ctx, p, c, sql, args...)
}

// RowAs runs sql as the caller and scans its only row by column name into a T.
func RowAs[T any](ctx context.Context, p *Pool, c *Caller, sql string, args ...any) (T, error) {
	var out T
	err := p.QueryAs(ctx, c, func(rows pgx.Rows) (err error) {
		out, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByNameLax[T])
		return err
	}, sql, args...)
	return out, err
}

// QueryAs runs one statement as the caller and hands its rows to scan, which
// reads them all. Prelude and statement are one transaction and, once the
// connection knows the statement, one round trip: a session that has ended
// refuses the statement before it runs.
func (p *Pool) QueryAs(ctx context.Context, c *Caller, scan func(pgx.Rows) error, sql string, args ...any) error {
	var b pgx.Batch
	before := c.queue(&b)
	b.Queue(sql, args...)
	return p.batch(ctx, c, &b, before, scan)
}

// Statement is one call of a function, with its arguments.
type Statement struct {
	SQL  string
	Args []any
}

// CallThen runs ask as the caller and then, as the login role, a call that
// answers like Call's, in one transaction and one round trip: first what only
// the caller's policies can say, then what is done past them. Where ask raises,
// then does not run. The last column of ask takes the role off, by
// set_config('role', 'none', true); a column costs less than a statement.
func (p *Pool) CallThen(ctx context.Context, c *Caller, ask, then Statement) (Outcome, error) {
	var out Outcome
	var b pgx.Batch
	before := c.queue(&b) + 1
	b.Queue(ask.SQL, ask.Args...)
	b.Queue(then.SQL, then.Args...)
	err := p.batch(ctx, c, &b, before, func(rows pgx.Rows) (err error) {
		out, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByNameLax[Outcome])
		return err
	})
	return out, err
}

// batch sends what is queued, skips the results before the last, and scans that.
func (p *Pool) batch(ctx context.Context, c *Caller, b *pgx.Batch, before int, scan func(pgx.Rows) error) error {
	conn, err := p.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	results := conn.SendBatch(ctx, b)
	err = func() error {
		for range before {
			if _, err := results.Exec(); err != nil {
				return err
			}
		}
		rows, err := results.Query()
		if err != nil {
			return err
		}
		defer rows.Close()
		if err := scan(rows); err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	}()
	if closed := results.Close(); err == nil {
		err = closed // a deferred constraint may speak only here
	}
	if c.Scrub {
		scrub(ctx, conn.Conn())
	}
	if err != nil {
		return fmt.Errorf("call as %s: %w", c.Role, Broken(ctx, conn.Conn(), err))
	}
	return nil
}

const scrubSQL = `reset role; reset all; select pg_catalog.pg_advisory_unlock_all(); unlisten *`

// scrub leaves the connection as the pool made it; one that cannot be is closed.
func scrub(ctx context.Context, conn *pgx.Conn) {
	if conn.IsClosed() || conn.PgConn().TxStatus() != 'I' {
		return // the pool does not take it back
	}
	if _, err := conn.PgConn().Exec(context.WithoutCancel(ctx), scrubSQL).ReadAll(); err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
	}
}

// queue puts the prelude into a batch and says how many statements it is.
func (c *Caller) queue(b *pgx.Batch) int {
	if c.RoleSettings != nil {
		b.Queue(settingsSQL, string(c.RoleSettings))
	}
	readOnly := "off"
	if c.ReadOnly {
		readOnly = "on"
	}
	args := []any{c.SearchPath, c.Role, string(c.Claims), c.Method, c.Path, string(c.Headers), string(c.Cookies), readOnly}
	switch {
	case c.Key != nil:
		b.Queue(keySQL, c.SearchPath, c.Method, c.Path, string(c.Headers), string(c.Cookies), readOnly, c.Key.Prefix, c.Key.MAC, c.KeySurface, c.KeyHits)
	case c.HasSession():
		b.Queue(sessionSQL, append(args, text(c.SessionID), text(c.UserID))...)
	default:
		b.Queue(callerSQL, args...)
	}
	if c.Settings != nil {
		b.Queue(settingsSQL, string(c.Settings))
	}
	return c.Prelude()
}

// text is s, or null for none.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
