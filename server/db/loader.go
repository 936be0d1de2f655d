package db

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The loader applies sql/ in one transaction: functions of every domain first,
// then views.sql and policies.sql, then event_triggers.sql. An unchanged file
// is skipped. An object that its file no longer makes is dropped.

type sqlFile struct {
	path string
	text string
	hash []byte
	pass int
}

type plan struct {
	all     []sqlFile
	changed []sqlFile
	gone    []string
}

type applied struct {
	files   []string
	dropped []string
}

// object is one thing in the catalog, as pg_identify_object names it.
type object struct {
	Kind     string
	Identity string
}

// eventTriggers is the pass of what only a superuser may make.
const eventTriggers = 3

func passOf(file string) int {
	switch path.Base(file) {
	case "event_triggers.sql":
		return eventTriggers
	case "policies.sql":
		return 2
	case "views.sql":
		return 1
	default:
		return 0
	}
}

func readFiles(src Source) ([]sqlFile, error) {
	var files []sqlFile
	if src.SQL == nil {
		return nil, nil
	}
	err := fs.WalkDir(src.SQL, ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "." {
			return fs.SkipAll
		}
		if err == nil && d.IsDir() && d.Name() == "node_modules" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || path.Ext(name) != ".sql" {
			return err
		}
		text, err := fs.ReadFile(src.SQL, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		files = append(files, sqlFile{path: name, text: string(text), hash: sum[:], pass: passOf(name)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s/ of %s: %w", src.shown(""), src.Name, err)
	}
	slices.SortFunc(files, inOrder)
	return files, nil
}

func inOrder(a, b sqlFile) int {
	return cmp.Or(a.pass-b.pass, strings.Compare(a.path, b.path))
}

func makePlan(ctx context.Context, conn querier, src Source) (plan, error) {
	var p plan
	files, err := readFiles(src)
	if err != nil {
		return p, err
	}
	known, err := knownFiles(ctx, conn, src.Name)
	if err != nil {
		return p, err
	}
	p.all = files
	for _, f := range files {
		if !bytes.Equal(known[f.path], f.hash) {
			p.changed = append(p.changed, f)
		}
		delete(known, f.path)
	}
	for name := range known {
		p.gone = append(p.gone, name)
	}
	slices.Sort(p.gone)
	return p, nil
}

// querier is a connection, or a transaction on one.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func knownFiles(ctx context.Context, conn querier, source string) (map[string][]byte, error) {
	const filesSQL = `select f.path, f.hash from ops.sql_files f where f.source = $1`
	known := map[string][]byte{}
	var (
		name string
		hash []byte
	)
	rows, err := conn.Query(ctx, filesSQL, source)
	if err != nil {
		return nil, fmt.Errorf("read the loader's books: %w", err)
	}
	if _, err := pgx.ForEachRow(rows, []any{&name, &hash}, func() error {
		known[name] = slices.Clone(hash)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read the loader's books: %w", err)
	}
	return known, nil
}

// apply brings the objects of src's sql/ up to its files. A function whose
// result or parameter names changed cannot be replaced in place: the attempt
// is rolled back and made again with that file's objects dropped first.
func apply(ctx context.Context, conn *pgx.Conn, src Source) (applied, error) {
	var done applied
	p, err := makePlan(ctx, conn, src)
	if err != nil || len(p.changed)+len(p.gone) == 0 {
		return done, err
	}
	dropFirst := map[string]bool{}
	for {
		done, err = attempt(ctx, conn, src, p, dropFirst)
		var failed *FileError
		if errors.As(err, &failed) && failed.SQLState == "42P13" && !dropFirst[failed.rel] {
			dropFirst[failed.rel] = true
			continue
		}
		return done, err
	}
}

func attempt(ctx context.Context, conn *pgx.Conn, src Source, p plan, dropFirst map[string]bool) (applied, error) {
	var done applied
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) (err error) {
		done, err = within(ctx, tx, src, p, dropFirst)
		return err
	})
	return done, err
}

// within applies the plan in tx, which may have done other things before.
func within(ctx context.Context, tx pgx.Tx, src Source, p plan, dropFirst map[string]bool) (applied, error) {
	var done applied
	if _, err := tx.Exec(ctx, `set local check_function_bodies = off`); err != nil {
		return done, err
	}
	l := &load{tx: tx, src: src, made: map[object]string{}, seen: map[string]bool{}, dropFirst: dropFirst, all: p.all, queue: slices.Clone(p.changed)}
	if err := l.readBooks(ctx); err != nil {
		return done, err
	}
	if err := l.lookAway(ctx); err != nil {
		return done, err
	}
	if err := l.run(ctx); err != nil {
		return done, err
	}
	var err error
	if done.dropped, err = l.dropLeftovers(ctx, p.gone); err != nil {
		return done, err
	}
	done.files = l.files
	return done, l.writeBooks(ctx, p.gone)
}

// load is one attempt to apply the changed files.
type load struct {
	tx        pgx.Tx
	src       Source
	all       []sqlFile
	queue     []sqlFile
	owner     map[object]string // what the books say: object → file of this source
	foreign   map[object]string // objects of other sources
	made      map[object]string // what this attempt made: object → file
	seen      map[string]bool   // row versions already attributed to a file
	dropFirst map[string]bool
	files     []string
	hashes    [][]byte
}

func (l *load) run(ctx context.Context) error {
	const superSQL = `select r.rolsuper from pg_catalog.pg_roles r where r.rolname = session_user`
	var super bool
	if err := l.tx.QueryRow(ctx, superSQL).Scan(&super); err != nil {
		return err
	}
	if err := l.dropMade(ctx); err != nil {
		return err
	}
	for _, f := range l.queue {
		role := l.src.Role
		if f.pass == eventTriggers {
			role = ""
			if !super {
				slog.WarnContext(ctx, "event triggers need a superuser: skipped", "file", f.path)
				continue
			}
		}
		if err := l.exec(ctx, f, role); err != nil {
			return err
		}
		l.files = append(l.files, l.src.Name+"/"+f.path)
		l.hashes = append(l.hashes, f.hash)
	}
	return nil
}

// lookAway passes over what this transaction made before: it is no file's.
func (l *load) lookAway(ctx context.Context) error {
	return l.touched(ctx, func(_ object, version string) error {
		l.seen[version] = true
		return nil
	})
}

// touched calls fn for each object that this transaction made or changed.
func (l *load) touched(ctx context.Context, fn func(o object, version string) error) error {
	rows, err := l.tx.Query(ctx, touchedSQL)
	if err != nil {
		return err
	}
	var (
		o       object
		version string
	)
	_, err = pgx.ForEachRow(rows, []any{&o.Kind, &o.Identity, &version}, func() error {
		return fn(o, version)
	})
	return err
}

// exec runs one file, as role when one is given, and notes what it made.
func (l *load) exec(ctx context.Context, f sqlFile, role string) error {
	if err := l.setRole(ctx, role); err != nil {
		return err
	}
	if err := runStatements(ctx, l.tx.Conn().PgConn(), f.text); err != nil {
		return locate(l.src.shown(f.path), f.path, f.text, err)
	}
	if err := l.setRole(ctx, ""); err != nil {
		return err
	}
	return l.touched(ctx, func(o object, version string) error {
		if l.seen[version] {
			return nil
		}
		l.seen[version] = true
		for _, other := range []string{l.foreign[o], l.made[o], l.owner[o]} {
			if other != "" && other != f.path && (other != l.owner[o] || !l.pending(other)) {
				return l.belongs(o, f, other)
			}
		}
		l.made[o] = f.path
		return nil
	})
}

// pending says whether a file is still to be applied, or is gone: then what it
// made may move to another file.
func (l *load) pending(file string) bool {
	applied := slices.Contains(l.files, l.src.Name+"/"+file)
	return !applied && (slices.ContainsFunc(l.queue, func(f sqlFile) bool { return f.path == file }) || !l.exists(file))
}

func (l *load) exists(file string) bool {
	_, err := fs.Stat(l.src.SQL, file)
	return err == nil
}

func (l *load) setRole(ctx context.Context, role string) error {
	if role == "" {
		role = "none"
	} else {
		role = pgx.Identifier{role}.Sanitize()
	}
	_, err := l.tx.Exec(ctx, "set local role "+role)
	return err
}

// runStatements sends text as one simple query; its error carries how many
// statements were done before.
func runStatements(ctx context.Context, conn *pgconn.PgConn, text string) error {
	results := conn.Exec(ctx, text)
	done := 0
	for results.NextResult() {
		if _, err := results.ResultReader().Close(); err != nil {
			break
		}
		done++
	}
	if err := results.Close(); err != nil {
		return &statementError{done: done, err: err}
	}
	return nil
}
