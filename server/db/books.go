package db

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// objectsSQL lists what sql/ files may make, with a text that names the row's
// version and whether this transaction wrote it. A replaced view shows in its
// rule, not in pg_class.
const objectsSQL = `
select 'pg_catalog.pg_proc'::regclass as class, p.oid, 'p' || p.oid || p.ctid::text as version,
       p.xmin = pg_catalog.pg_current_xact_id()::xid as touched
  from pg_catalog.pg_proc p
union all
select 'pg_catalog.pg_trigger'::regclass, t.oid, 't' || t.oid || t.ctid::text, t.xmin = pg_catalog.pg_current_xact_id()::xid
  from pg_catalog.pg_trigger t
 where not t.tgisinternal
union all
select 'pg_catalog.pg_policy'::regclass, y.oid, 'y' || y.oid || y.ctid::text, y.xmin = pg_catalog.pg_current_xact_id()::xid
  from pg_catalog.pg_policy y
union all
select 'pg_catalog.pg_class'::regclass, r.ev_class, 'r' || r.oid || r.ctid::text, r.xmin = pg_catalog.pg_current_xact_id()::xid
  from pg_catalog.pg_rewrite r
 where r.rulename = '_RETURN'
union all
select 'pg_catalog.pg_cast'::regclass, c.oid, 'c' || c.oid || c.ctid::text, c.xmin = pg_catalog.pg_current_xact_id()::xid
  from pg_catalog.pg_cast c
union all
select 'pg_catalog.pg_operator'::regclass, o.oid, 'o' || o.oid || o.ctid::text, o.xmin = pg_catalog.pg_current_xact_id()::xid
  from pg_catalog.pg_operator o
union all
select 'pg_catalog.pg_event_trigger'::regclass, e.oid, 'e' || e.oid || e.ctid::text, e.xmin = pg_catalog.pg_current_xact_id()::xid
  from pg_catalog.pg_event_trigger e`

// touchedSQL answers what this transaction made or replaced.
const touchedSQL = `
select i.type, i.identity, o.version
  from (` + objectsSQL + `) o
 cross join lateral pg_catalog.pg_identify_object(o.class, o.oid, 0) i
 where o.touched`

// treeSQL answers the given objects and all that leans on them, deepest first.
const treeSQL = `
with recursive objects as materialized (
  select distinct o.class, o.oid, i.type, i.identity
    from (` + objectsSQL + `) o
   cross join lateral pg_catalog.pg_identify_object(o.class, o.oid, 0) i
   where o.oid >= 16384
), tree as (
  select o.class, o.oid, o.type, o.identity, 0 as depth
    from objects o
    join unnest($1::text[], $2::text[]) as u (kind, identity) on (u.kind, u.identity) = (o.type, o.identity)
  union
  select o.class, o.oid, o.type, o.identity, t.depth + 1
    from tree t
    join pg_catalog.pg_depend d on d.refclassid = t.class and d.refobjid = t.oid and d.deptype = 'n'
    left join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid
    join objects o on o.class = case when r.oid is null then d.classid else 'pg_catalog.pg_class'::regclass end
                  and o.oid = coalesce(r.ev_class, d.objid)
   where t.depth < 32 and (o.class, o.oid) <> (t.class, t.oid)
)
select t.type, t.identity
  from tree t
 group by t.type, t.identity
 order by max(t.depth) desc`

// dropOrder lists kinds so that what leans on others goes first.
var dropOrder = []string{
	"event trigger", "policy", "trigger", "materialized view", "view", "cast", "operator", "aggregate", "procedure", "function",
}

// readBooks learns which file made which object before.
func (l *load) readBooks(ctx context.Context) error {
	const booksSQL = `select o.kind, o.identity, o.source, o.path from ops.sql_objects o`
	l.owner, l.foreign = map[object]string{}, map[object]string{}
	var (
		o            object
		source, file string
	)
	rows, err := l.tx.Query(ctx, booksSQL)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, []any{&o.Kind, &o.Identity, &source, &file}, func() error {
		if source == l.src.Name {
			l.owner[o] = file
		} else {
			l.foreign[o] = source + ": " + file
		}
		return nil
	})
	return err
}

// dropMade drops all that the files made which cannot be replaced in place,
// and what of other files leans on it; those files are applied again.
func (l *load) dropMade(ctx context.Context) error {
	var kinds, identities []string
	for o, file := range l.owner {
		if l.dropFirst[file] {
			kinds, identities = append(kinds, o.Kind), append(identities, o.Identity)
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	rows, err := l.tx.Query(ctx, treeSQL, kinds, identities)
	if err != nil {
		return err
	}
	tree, err := pgx.CollectRows(rows, pgx.RowToStructByPos[object])
	if err != nil {
		return err
	}
	for _, o := range tree {
		file, ours := l.owner[o]
		if !ours {
			continue // the drop below it names it in its error
		}
		if _, err := l.tx.Exec(ctx, fmt.Sprintf("drop %s if exists %s", o.Kind, o.Identity)); err != nil {
			return l.explainDrop(o, err)
		}
		if !slices.ContainsFunc(l.queue, func(f sqlFile) bool { return f.path == file }) {
			again := slices.IndexFunc(l.all, func(f sqlFile) bool { return f.path == file })
			if again >= 0 {
				l.queue = append(l.queue, l.all[again])
			}
		}
	}
	slices.SortFunc(l.queue, inOrder)
	return nil
}

// dropLeftovers drops what changed or vanished files no longer make.
func (l *load) dropLeftovers(ctx context.Context, gone []string) ([]string, error) {
	var left []object
	for o, file := range l.owner {
		changed := slices.Contains(l.files, l.src.Name+"/"+file)
		if _, kept := l.made[o]; !kept && (changed || slices.Contains(gone, file)) {
			left = append(left, o)
		}
	}
	slices.SortFunc(left, func(a, b object) int { return slices.Index(dropOrder, a.Kind) - slices.Index(dropOrder, b.Kind) })
	var dropped []string
	for _, o := range left {
		if _, err := l.tx.Exec(ctx, fmt.Sprintf("drop %s if exists %s", o.Kind, o.Identity)); err != nil {
			return dropped, l.explainDrop(o, err)
		}
		dropped = append(dropped, o.Kind+" "+o.Identity)
	}
	return dropped, nil
}

// belongs refuses an object that another file makes.
func (l *load) belongs(o object, f sqlFile, other string) error {
	if other != l.foreign[o] {
		other = l.src.shown(other)
	}
	return &FileError{
		File: l.src.shown(f.path), Line: 1, rel: f.path, SQLState: "42723",
		Message: fmt.Sprintf("%s %s belongs to %s already", o.Kind, o.Identity, other),
	}
}

func (l *load) explainDrop(o object, err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	return &FileError{
		File: l.src.shown(l.owner[o]), Line: 1, rel: l.owner[o], SQLState: pg.Code, Message: pg.Message, Detail: pg.Detail,
		Hint: o.Kind + " " + o.Identity + " must go or change its form, but something outside sql/ needs it. Remove what needs it in a migration first.",
	}
}

func (l *load) writeBooks(ctx context.Context, gone []string) error {
	const forgetSQL = `delete from ops.sql_files f where f.source = $1 and f.path = any($2)`
	const filesSQL = `insert into ops.sql_files (source, path, hash)
select $1, u.path, u.hash from unnest($2::text[], $3::bytea[]) as u (path, hash)`
	const madeSQL = `insert into ops.sql_objects (kind, identity, source, path)
select u.kind, u.identity, $1, u.path from unnest($2::text[], $3::text[], $4::text[]) as u (kind, identity, path)`
	if err := l.setRole(ctx, "howdah_owner"); err != nil {
		return err
	}
	paths := make([]string, len(l.files))
	for i, name := range l.files {
		paths[i] = name[len(l.src.Name)+1:]
	}
	if _, err := l.tx.Exec(ctx, forgetSQL, l.src.Name, append(slices.Clone(paths), gone...)); err != nil {
		return err
	}
	if _, err := l.tx.Exec(ctx, filesSQL, l.src.Name, paths, l.hashes); err != nil {
		return err
	}
	var kinds, identities, files []string
	for o, file := range l.made {
		kinds, identities, files = append(kinds, o.Kind), append(identities, o.Identity), append(files, file)
	}
	_, err := l.tx.Exec(ctx, madeSQL, l.src.Name, kinds, identities, files)
	return err
}
