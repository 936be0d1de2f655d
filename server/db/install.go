package db

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Install puts the functions of one domain into a database that holds nothing
// else of Howdah: no migrations, no books, no roles. files is that domain's
// folder of sql/, schema its schema, which is made; login takes the place of
// authenticator in the grants. What an older version left in the schema goes.
// It answers false when the database has these very files already.
func Install(ctx context.Context, ownerURL, schema, login string, files fs.FS) (bool, error) {
	list, err := readFiles(Source{Name: schema, SQL: files})
	if err != nil {
		return false, err
	}
	sum := sha256.New()
	grantee := pgx.Identifier{login}.Sanitize()
	for i, f := range list {
		list[i].text = strings.ReplaceAll(f.text, " to authenticator", " to "+grantee)
		fmt.Fprintf(sum, "%s\n%s\n", f.path, list[i].text)
	}
	mark := "Howdah's " + schema + ", version " + hex.EncodeToString(sum.Sum(nil))
	conn, err := connectOwner(ctx, ownerURL)
	if err != nil {
		return false, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	fresh := false
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var there string
		if there, err = installed(ctx, tx, schema, login); err != nil || there == mark {
			return err
		}
		fresh = true
		if err := clearSchema(ctx, tx, schema); err != nil {
			return err
		}
		return fill(ctx, tx, schema, grantee, mark, list)
	})
	return fresh, err
}

// installed takes the lock and answers the mark of what is there.
func installed(ctx context.Context, tx pgx.Tx, schema, login string) (mark string, err error) {
	const lockSQL = `select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('howdah.migrate', 0))`
	const thereSQL = `select pg_catalog.to_regrole(pg_catalog.quote_ident($1)) is not null,
       coalesce(pg_catalog.obj_description(pg_catalog.to_regnamespace(pg_catalog.quote_ident($2)), 'pg_namespace'), ''),
       pg_catalog.to_regclass('ops.sql_files') is not null`
	if _, err := tx.Exec(ctx, lockSQL); err != nil {
		return "", fmt.Errorf("wait for another migration: %w", err)
	}
	var known, platform bool
	if err := tx.QueryRow(ctx, thereSQL, login, schema).Scan(&known, &mark, &platform); err != nil {
		return "", err
	}
	switch {
	case !known:
		return "", fmt.Errorf("the role %q, which the server is to log in as, does not exist: create it, or name another with --login", login)
	case platform:
		return "", errors.New("this database holds all of Howdah: use `howdah migrate` without --only")
	}
	return mark, nil
}

// clearSchema drops what an older version made, all in one statement each, so
// that the order among them does not matter and nothing of others goes along.
func clearSchema(ctx context.Context, tx pgx.Tx, schema string) error {
	const madeSQL = `
select 'event trigger', pg_catalog.quote_ident(e.evtname)
  from pg_catalog.pg_event_trigger e
  join pg_catalog.pg_proc p on p.oid = e.evtfoid
 where p.pronamespace = pg_catalog.to_regnamespace($1)
union all
select 'routine', p.oid::regprocedure::text
  from pg_catalog.pg_proc p
 where p.pronamespace = pg_catalog.to_regnamespace($1)`
	rows, err := tx.Query(ctx, madeSQL, pgx.Identifier{schema}.Sanitize())
	if err != nil {
		return err
	}
	var kind, name string
	var triggers, routines []string
	if _, err := pgx.ForEachRow(rows, []any{&kind, &name}, func() error {
		if kind == "routine" {
			routines = append(routines, name)
		} else {
			triggers = append(triggers, name)
		}
		return nil
	}); err != nil {
		return err
	}
	for _, name := range triggers {
		if _, err := tx.Exec(ctx, "drop event trigger "+name); err != nil {
			return fmt.Errorf("replace event trigger %s: %w", name, err)
		}
	}
	if len(routines) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, "drop routine "+strings.Join(routines, ", ")); err != nil {
		return fmt.Errorf("replace the functions of schema %s: %w", schema, err)
	}
	return nil
}

func fill(ctx context.Context, tx pgx.Tx, schema, grantee, mark string, list []sqlFile) error {
	name := pgx.Identifier{schema}.Sanitize()
	var super bool
	if err := tx.QueryRow(ctx, `select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user`).Scan(&super); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "set local check_function_bodies = off; create schema if not exists "+name); err != nil {
		return fmt.Errorf("make schema %s: %w", schema, err)
	}
	slices.SortFunc(list, inOrder)
	for _, f := range list {
		if f.pass == eventTriggers && !super {
			slog.WarnContext(ctx, "event triggers need a superuser: set REST_CACHE_TTL, or `notify pgrst` after DDL", "file", f.path)
			continue
		}
		if err := runStatements(ctx, tx.Conn().PgConn(), f.text); err != nil {
			return locate("sql/"+schema+"/"+f.path, f.path, f.text, err)
		}
	}
	_, err := tx.Exec(ctx, "revoke execute on all routines in schema "+name+" from public;"+
		" grant usage on schema "+name+" to "+grantee+"; comment on schema "+name+" is '"+strings.ReplaceAll(mark, "'", "''")+"'")
	return err
}
