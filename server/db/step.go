package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// ErrNothingApplied says that there is no migration to take back.
var ErrNothingApplied = errors.New("no migration is applied")

// MigrateDown takes the source's last migration back and answers its file.
func MigrateDown(ctx context.Context, ownerURL string, src Source) (file string, err error) {
	conn, err := connectOwner(ctx, ownerURL)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const lockSQL = `select pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('howdah.migrate', 0))`
	if _, err := conn.Exec(ctx, lockSQL); err != nil {
		return "", fmt.Errorf("wait for another migration: %w", err)
	}
	if names, err := fs.Glob(src.Migrations, "*.sql"); err != nil || len(names) == 0 {
		return "", errors.Join(err, ErrNothingApplied)
	}
	cfg := conn.Config().Copy()
	failed := new(failedQuery)
	cfg.Tracer = failed
	p, pool, err := provider(cfg, src)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	result, err := p.Down(ctx)
	var partial *goose.PartialError
	switch {
	case errors.Is(err, goose.ErrNoNextVersion):
		return "", ErrNothingApplied
	case errors.As(err, &partial):
		return "", migrationError(src, partial, failed.text)
	case err != nil:
		return "", fmt.Errorf("take a migration back: %w", err)
	}
	return result.Source.Path, nil
}
