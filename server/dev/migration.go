package dev

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/jackc/pgx/v5"
)

var (
	migrationName   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,60}$`)
	migrationNumber = regexp.MustCompile(`^(\d+)_`)
)

// ErrMigrationName says that a name is none for a file.
var ErrMigrationName = errors.New("a migration's name is lower-case letters, digits and _")

// emptyMigration is what a new one starts with.
const emptyMigration = `-- +goose Up
set local lock_timeout = '2s';


-- +goose Down
set local lock_timeout = '2s';

`

// NewMigration writes dir's next migration and answers its path; an empty text
// is a form to fill in.
func NewMigration(dir, name, text string) (string, error) {
	if !migrationName.MatchString(name) {
		return "", fmt.Errorf("%w: %q", ErrMigrationName, name)
	}
	if text == "" {
		text = emptyMigration
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a folder of source code
		return "", err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	highest := 0
	for _, entry := range entries {
		if m := migrationNumber.FindStringSubmatch(entry.Name()); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				highest = max(highest, n)
			}
		}
	}
	path := filepath.Join(dir, fmt.Sprintf("%05d_%s.sql", highest+1, name))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // source code, for all to read
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	return path, errors.Join(err, f.Close())
}

// MarkApplied records a migration whose work is done already.
func MarkApplied(ctx context.Context, ownerURL, path string) error {
	m := migrationNumber.FindStringSubmatch(filepath.Base(path))
	if m == nil {
		return fmt.Errorf("%s has no number", path)
	}
	const markSQL = `insert into goose_db_version (version_id, is_applied) values ($1::text::bigint, true)`
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, markSQL, m[1]); err != nil {
		return fmt.Errorf("record %s: %w", filepath.Base(path), err)
	}
	return nil
}

// Seed runs an SQL file in one transaction, as the owner.
func Seed(ctx context.Context, ownerURL, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect as the owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Conn().PgConn().Exec(ctx, string(text)).ReadAll(); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
}
