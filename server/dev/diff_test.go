package dev_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"howdah/server/db"
	"howdah/server/db/dbtest"
	"howdah/server/dev"
)

// What was done by hand becomes a migration that makes the same: applied
// elsewhere it leaves no difference, and its way back leaves none either.
func TestDiffIsTheMigrationThatWasNotWritten(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	migrations := filepath.Join(root, "migrations")
	if err := os.Mkdir(migrations, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(migrations, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("00001_first.sql", "-- +goose Up\ncreate type mood as enum ('sad');\ncreate table kept (id int primary key, name text, gone int, mood mood);\ncreate table dropped (id int primary key, kept_id int references kept);\n-- +goose Down\ndrop table dropped; drop table kept; drop type mood;\n")
	app := db.Source{Name: "app", Migrations: os.DirFS(migrations), Table: "goose_db_version"}
	sources := []db.Source{dbtest.Platform(), app}
	live, fresh := dbtest.New(t), dbtest.New(t)
	for _, url := range []string{live.OwnerURL, fresh.OwnerURL} {
		if _, err := db.Migrate(t.Context(), url, "", sources...); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := dev.Diff(t.Context(), live.OwnerURL, sources); err != nil || text != "" {
		t.Fatalf("nothing was done, and the difference is\n%s%v", text, err)
	}
	byHand := `alter type mood add value 'ok'; create schema shop; create type shop.size as enum ('s', 'm');
		create table shop.orders (id uuid primary key default gen_random_uuid(), kept_id int not null references kept on delete cascade, size shop.size default 's', check (id is not null));
		create index orders_kept on shop.orders (kept_id); alter table kept alter column name set not null, alter column name set default 'x', drop column gone, add column n numeric(10, 2);
		alter table kept alter column id type bigint; drop table dropped;
		create function shop.f() returns int language plpgsql as $$ begin return 1; end $$; create view shop.v as select id from kept;
		create policy kept_read on kept for select to authenticated using (id > 0); grant select on kept to authenticated;`
	if _, err := live.Owner(t).Exec(t.Context(), byHand); err != nil {
		t.Fatal(err)
	}
	text, err := dev.Diff(t.Context(), live.OwnerURL, sources)
	if err != nil {
		t.Fatal(err)
	}
	write("00002_by_hand.sql", text)
	if _, err := db.Migrate(t.Context(), fresh.OwnerURL, "", sources...); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if rest, err := dev.Diff(t.Context(), live.OwnerURL, sources); err != nil || rest != "" {
		t.Errorf("with the migration there is still\n%s%v\nof\n%s", rest, err, text)
	}
	if _, err := db.MigrateDown(t.Context(), fresh.OwnerURL, app); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := os.Remove(filepath.Join(migrations, "00002_by_hand.sql")); err != nil {
		t.Fatal(err)
	}
	rest, err := dev.Diff(t.Context(), fresh.OwnerURL, sources)
	if err != nil || strings.Count(rest, "\n") > 6 || !strings.Contains(rest, "add value 'ok'") {
		t.Errorf("after the way back there is\n%s%v\nof\n%s", rest, err, text)
	}
}
