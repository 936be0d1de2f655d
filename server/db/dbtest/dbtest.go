// Package dbtest gives each test a database of its own: a clone of a template
// that holds the platform, migrated once for each state of migrations/ and
// sql/. The cluster is the one DATABASE_URL names; scripts/with-pg makes it.
package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/migrations"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/sql"
)

// Platform is the source of Howdah's own files.
func Platform() db.Source {
	return db.Source{Name: "howdah", Migrations: migrations.FS, SQL: sql.FS, Table: db.PlatformTable, Role: "howdah_owner"}
}

// Password is authenticator's, the same for every test: roles belong to the cluster,
// and who set another one would lock the others out.
const Password = "dbtest"

// DB is a test's own database.
type DB struct {
	OwnerURL string   // superuser
	URL      string   // authenticator, as the server logs in
	Pool     *db.Pool // of URL
}

// Admin is the superuser's connection to the cluster that tests run on.
func Admin(t testing.TB) string {
	t.Helper()
	admin := os.Getenv("DATABASE_URL")
	if admin == "" {
		t.Fatal("DATABASE_URL is not set: run through scripts/with-pg, e.g. scripts/with-pg go test ./...")
	}
	return admin
}

// New clones the template for t and drops the clone when t ends.
func New(t testing.TB) *DB {
	t.Helper()
	admin := Admin(t)
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		t.Fatalf("connect to DATABASE_URL: %v", err)
	}
	defer conn.Close(ctx)
	template, err := ensureTemplate(ctx, conn, admin)
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	name := "howdah_test_" + randomHex()
	if _, err := conn.Exec(ctx, fmt.Sprintf("create database %s template %s", name, template)); err != nil {
		t.Fatalf("clone the template database: %v", err)
	}
	t.Cleanup(func() { drop(ctx, admin, name) })
	d := &DB{OwnerURL: with(admin, name, "", ""), URL: with(admin, name, "authenticator", Password)}
	d.Pool, err = db.Open(ctx, d.URL, config.DB{PoolMin: 0, PoolMax: 8, AcquireTimeout: 10 * time.Second, StatementTimeoutMS: 30000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Pool.Close)
	return d
}

// Empty is the superuser's connection to a database of t's own that holds
// nothing of Howdah.
func Empty(t testing.TB) string {
	t.Helper()
	admin := Admin(t)
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		t.Fatalf("connect to DATABASE_URL: %v", err)
	}
	defer conn.Close(ctx)
	name := "howdah_empty_" + randomHex()
	if _, err := conn.Exec(ctx, "create database "+name+" template template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { drop(ctx, admin, name) })
	return with(admin, name, "", "")
}

// Owner connects as the superuser; the connection closes when t ends.
func (d *DB) Owner(t testing.TB) *pgx.Conn {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, d.OwnerURL)
	if err != nil {
		t.Fatalf("connect as the owner: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	return conn
}

// Prepares fails t for each SQL text that the database of today does not know.
func Prepares(t testing.TB, texts ...string) {
	t.Helper()
	conn, err := New(t).Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for _, sql := range texts {
		if _, err := conn.Conn().Prepare(t.Context(), "", sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// ensureTemplate makes the template once for each state of the files. A lock
// keeps the test processes from making it at once, and a rename at the end
// keeps a half-made one from being taken for whole.
func ensureTemplate(ctx context.Context, conn *pgx.Conn, admin string) (string, error) {
	sum, err := fingerprint(migrations.FS, sql.FS)
	if err != nil {
		return "", err
	}
	name := "howdah_template_" + sum
	const lockSQL = `select pg_advisory_lock(hashtextextended('howdah.dbtest', 0))`
	const unlockSQL = `select pg_advisory_unlock(hashtextextended('howdah.dbtest', 0))`
	if _, err := conn.Exec(ctx, lockSQL); err != nil {
		return "", err
	}
	defer func() { _, _ = conn.Exec(ctx, unlockSQL) }()
	var there bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_database d where d.datname = $1)`, name).Scan(&there); err != nil || there {
		return name, err
	}
	making := "howdah_making_" + randomHex()
	if _, err := conn.Exec(ctx, "create database "+making+" template template0"); err != nil {
		return "", err
	}
	if _, err := db.Migrate(ctx, with(admin, making, "", ""), Password, Platform()); err != nil {
		drop(ctx, admin, making)
		return "", err
	}
	_, err = conn.Exec(ctx, fmt.Sprintf("alter database %s rename to %s", making, name))
	return name, err
}

func fingerprint(trees ...fs.FS) (string, error) {
	h := sha256.New()
	for _, tree := range trees {
		err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(tree, path)
			fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

func drop(ctx context.Context, admin, name string) {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return // the cluster is gone, and the database with it
	}
	defer conn.Close(ctx)
	_, _ = conn.Exec(ctx, fmt.Sprintf("drop database if exists %s with (force)", name))
}

func with(admin, database, user, password string) string {
	u, err := url.Parse(admin)
	if err != nil {
		return admin
	}
	u.Path = "/" + database
	if user != "" {
		u.User = url.UserPassword(user, password)
	}
	return u.String()
}

func randomHex() string { return strings.ToLower(rand.Text()[:12]) }
