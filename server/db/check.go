package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
)

// Check runs a file again with the bodies of its functions checked, and takes
// it back: what the loader applies in any order it cannot check. All that the
// file leans on must be there.
func Check(ctx context.Context, conn *pgx.Conn, src Source, file string) (err error) {
	text, err := fs.ReadFile(src.SQL, file)
	if err != nil {
		return err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if back := tx.Rollback(ctx); back != nil && !errors.Is(back, pgx.ErrTxClosed) {
			err = errors.Join(err, fmt.Errorf("take the check back: %w", back))
		}
	}()
	if _, err := tx.Exec(ctx, `set local check_function_bodies = on`); err != nil {
		return err
	}
	if src.Role != "" {
		if _, err := tx.Exec(ctx, "set local role "+pgx.Identifier{src.Role}.Sanitize()); err != nil {
			return err
		}
	}
	if err := runStatements(ctx, conn.PgConn(), string(text)); err != nil {
		return locate(src.shown(file), file, string(text), err)
	}
	return nil
}
