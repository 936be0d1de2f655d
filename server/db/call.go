package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"howdah/server/problem"
)

// Outcome is what an API function answers: one row (status int, body jsonb).
// Expected refusals come this way too, so that their side effects commit.
type Outcome struct {
	Status int
	Body   json.RawMessage
}

// Call runs sql, which calls one function that answers exactly one row of
// (status, body), as the login role.
func Call(ctx context.Context, p *Pool, sql string, args ...any) (Outcome, error) {
	return CallRow[Outcome](ctx, p, sql, args...)
}

// CallRow runs sql and scans its only row by column name into a T. A
// serialization failure or a deadlock is tried again, at most twice: the call
// was its own transaction.
func CallRow[T any](ctx context.Context, p *Pool, sql string, args ...any) (T, error) {
	var out T
	for attempt := 0; ; attempt++ {
		err := func() error {
			conn, err := p.Acquire(ctx)
			if err != nil {
				return err
			}
			defer conn.Release()
			rows, err := conn.Query(ctx, sql, args...)
			if err == nil {
				out, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByNameLax[T])
			}
			return Broken(ctx, conn.Conn(), err)
		}()
		var pg *pgconn.PgError
		switch {
		case err == nil:
			return out, nil
		case errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01") && attempt < 2:
			continue
		default:
			return out, fmt.Errorf("call: %w", err)
		}
	}
}

// Broken marks an error as problem.ErrDatabaseGone if the connection broke
// under the call, rather than the caller giving up.
func Broken(ctx context.Context, conn *pgx.Conn, err error) error {
	var pg *pgconn.PgError
	if err == nil || ctx.Err() != nil || errors.As(err, &pg) || !conn.IsClosed() {
		return err
	}
	return fmt.Errorf("%w: %w", problem.ErrDatabaseGone, err)
}
