package dev

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Replace puts a database that fill makes into the place of the one at
// ownerURL. That one stays as it is until the new one is whole; connections to
// it are cut.
func Replace(ctx context.Context, ownerURL string, fill func(url string) error) (err error) {
	u, err := url.Parse(ownerURL)
	if err != nil {
		return errors.New("DATABASE_URL is not a PostgreSQL URL")
	}
	name := strings.TrimPrefix(u.Path, "/")
	making := name + "_restoring"
	quoted, quotedMaking := pgx.Identifier{name}.Sanitize(), pgx.Identifier{making}.Sanitize()
	conn, err := pgx.Connect(ctx, onDatabase(ownerURL, "template1")) // nobody renames the database they are in
	if err != nil {
		return fmt.Errorf("connect as the owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	drop := "drop database if exists " + quotedMaking + " with (force)"
	if _, err := conn.Exec(ctx, drop); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "create database "+quotedMaking+" template template0"); err != nil {
		return fmt.Errorf("make a database to restore into: %w", err)
	}
	if err := fill(onDatabase(ownerURL, making)); err != nil {
		_, dropped := conn.Exec(context.WithoutCancel(ctx), drop)
		return errors.Join(err, dropped)
	}
	if _, err := conn.Exec(ctx, "drop database "+quoted+" with (force)"); err != nil {
		return fmt.Errorf("replace the database: %w", err)
	}
	if _, err := conn.Exec(ctx, "alter database "+quotedMaking+" rename to "+quoted); err != nil {
		return fmt.Errorf("what was restored is in database %s: %w", making, err)
	}
	return nil
}
