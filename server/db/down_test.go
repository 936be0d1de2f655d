package db_test

import (
	"context"
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that goose asks for by name
	"github.com/pressly/goose/v3"

	"howdah/migrations"
	"howdah/server/db"
	"howdah/server/db/dbtest"
)

// The stock way: goose alone, up and all the way down and up again, leaves and
// finds a database that is whole at every step.
func TestEveryMigrationGoesDown(t *testing.T) {
	t.Parallel()
	ctx := context.WithoutCancel(t.Context())
	pool, err := sql.Open("pgx", dbtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, pool, migrations.FS, goose.WithTableName(db.PlatformTable))
	if err != nil {
		t.Fatal(err)
	}
	schema := func() (out string) {
		if err := pool.QueryRowContext(ctx, `select coalesce(string_agg(c.oid::regclass::text, ' ' order by c.oid::regclass::text), '')
  from pg_class c where c.relnamespace::regnamespace::text !~ '^(pg_|information_schema|public)'`).Scan(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if _, err := p.Up(ctx); err != nil {
		t.Fatal(err)
	}
	before := schema()
	for {
		version, err := p.GetDBVersion(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if version == 0 {
			break
		}
		if _, err := p.Down(ctx); err != nil {
			t.Fatalf("down from %d: %v", version, err)
		}
	}
	if left := schema(); left != "" {
		t.Errorf("down leaves %s", left)
	}
	if _, err := p.Up(ctx); err != nil {
		t.Fatal(err)
	}
	if after := schema(); after != before {
		t.Errorf("up again made %s, before it was %s", after, before)
	}
}
