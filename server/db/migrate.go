package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// Source is one set of files: the platform's, or the user's project.
type Source struct {
	Name       string // key in the loader's books
	Migrations fs.FS  // goose files at its root; nil for none
	SQL        fs.FS  // the sql/ tree at its root; nil for none
	Folder     string // what a person calls that tree; empty for sql
	Table      string // goose's version table
	Role       string // role that owns what SQL makes; empty for the connecting role
}

// shown is a file of SQL as a person knows it.
func (s *Source) shown(file string) string { return path.Join(cmp.Or(s.Folder, "sql"), file) }

// Report says what a migration did.
type Report struct {
	Migrated []string // migrations applied, by source and file
	Applied  []string // sql/ files applied
	Dropped  []string // objects dropped because no file makes them any more
	Took     time.Duration
}

// Migrate brings the database at ownerURL up to the sources, in their order:
// each one's migrations, then its sql/. It holds an advisory lock, so that
// servers that start at once do it one after the other. authenticatorPassword,
// when given, becomes the password of the role the server logs in as.
func Migrate(ctx context.Context, ownerURL, authenticatorPassword string, sources ...Source) (Report, error) {
	var report Report
	start := time.Now()
	conn, err := connectOwner(ctx, ownerURL)
	if err != nil {
		return report, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const lockSQL = `select pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended('howdah.migrate', 0))`
	if _, err := conn.Exec(ctx, lockSQL); err != nil {
		return report, fmt.Errorf("wait for another migration: %w", err)
	}
	for _, src := range sources {
		done, err := gooseUp(ctx, conn.Config(), src)
		report.Migrated = append(report.Migrated, done...)
		if err != nil {
			return report, err
		}
		applied, err := apply(ctx, conn, src)
		report.Applied = append(report.Applied, applied.files...)
		report.Dropped = append(report.Dropped, applied.dropped...)
		if err != nil {
			return report, err
		}
	}
	if authenticatorPassword != "" {
		if err := setPassword(ctx, conn, "authenticator", authenticatorPassword); err != nil {
			return report, err
		}
	}
	report.Took = time.Since(start)
	return report, nil
}

func connectOwner(ctx context.Context, ownerURL string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a PostgreSQL URL")
	}
	cfg.RuntimeParams["application_name"] = "howdah migrate"
	cfg.RuntimeParams["statement_timeout"] = "0"
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { slog.Debug("notice", "message", n.Message) }
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect as the owner: %w", err)
	}
	var version int
	if err := conn.QueryRow(ctx, `select current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return nil, fmt.Errorf("ask the server's version: %w", err)
	}
	if version < 150000 {
		conn.Close(ctx)
		return nil, fmt.Errorf("PostgreSQL %d is too old: Howdah needs 15 or newer", version/10000)
	}
	return conn, nil
}

func provider(cfg *pgx.ConnConfig, src Source) (*goose.Provider, *sql.DB, error) {
	pool := stdlib.OpenDB(*cfg)
	p, err := providerOn(pool, src)
	return p, pool, err
}

// providerOn closes the pool where it fails.
func providerOn(pool *sql.DB, src Source) (*goose.Provider, error) {
	p, err := goose.NewProvider(goose.DialectPostgres, pool, src.Migrations,
		goose.WithTableName(src.Table), goose.WithSlog(slog.New(slog.DiscardHandler)), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read migrations of %s: %w", src.Name, err), pool.Close())
	}
	return p, nil
}

func gooseUp(ctx context.Context, cfg *pgx.ConnConfig, src Source) ([]string, error) {
	cfg = cfg.Copy()
	failed := new(failedQuery)
	cfg.Tracer = failed
	return gooseUpOn(ctx, stdlib.OpenDB(*cfg), failed, src)
}

// gooseUpOn applies what is pending, and closes the pool.
func gooseUpOn(ctx context.Context, pool *sql.DB, failed *failedQuery, src Source) (done []string, err error) {
	if src.Migrations == nil {
		return nil, pool.Close()
	}
	if names, err := fs.Glob(src.Migrations, "*.sql"); err != nil || len(names) == 0 {
		return nil, errors.Join(err, pool.Close())
	}
	p, err := providerOn(pool, src)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	results, err := p.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		results = partial.Applied
		err = migrationError(src, partial, failed.text)
	}
	for _, r := range results {
		done = append(done, src.Name+"/"+r.Source.Path)
	}
	return done, err
}

// migrationError names file, line and SQLSTATE of a migration that failed.
func migrationError(src Source, partial *goose.PartialError, failed string) error {
	if partial.Failed == nil || partial.Failed.Source == nil {
		return fmt.Errorf("migrate %s: %w", src.Name, partial.Err)
	}
	file := partial.Failed.Source.Path
	text, err := fs.ReadFile(src.Migrations, file)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", file, partial.Err)
	}
	return locateMigration("migrations/"+file, string(text), failed, partial.Err)
}

// Drift is what the database lacks of the sources' files, for doctor.
type Drift struct {
	Pending []string // migrations not applied
	Changed []string // sql/ files whose content differs from what is applied
	Gone    []string // applied sql/ files that are no more
}

// Compare tells how far the database at ownerURL is from the sources.
func Compare(ctx context.Context, ownerURL string, sources ...Source) (Drift, error) {
	var drift Drift
	conn, err := connectOwner(ctx, ownerURL)
	if err != nil {
		return drift, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, src := range sources {
		pending, err := pendingMigrations(ctx, conn.Config(), src)
		if err != nil {
			return drift, err
		}
		drift.Pending = append(drift.Pending, pending...)
		plan, err := makePlan(ctx, conn, src)
		if err != nil {
			return drift, err
		}
		for _, f := range plan.changed {
			drift.Changed = append(drift.Changed, src.Name+"/"+f.path)
		}
		for _, file := range plan.gone {
			drift.Gone = append(drift.Gone, src.Name+"/"+file)
		}
	}
	return drift, nil
}

func pendingMigrations(ctx context.Context, cfg *pgx.ConnConfig, src Source) (pending []string, err error) {
	if src.Migrations == nil {
		return nil, nil
	}
	if names, err := fs.Glob(src.Migrations, "*.sql"); err != nil || len(names) == 0 {
		return nil, err
	}
	p, pool, err := provider(cfg, src)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	status, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read migration status of %s: %w", src.Name, err)
	}
	for _, s := range status {
		if s.State == goose.StatePending {
			pending = append(pending, src.Name+"/"+s.Source.Path)
		}
	}
	return pending, nil
}

// PlatformTable is goose's version table for the platform's own migrations.
// The user's are in goose's default, so that a bare `goose up` finds them.
const PlatformTable = "howdah_db_version"
