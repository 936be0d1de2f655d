package dev

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"howdah/pgtap"
	"howdah/server/db"
)

// scratch is a second database beside the app's, with the same migrations and
// sql/, where lint and tests may do as they like.
type scratch struct {
	url     string
	sources []db.Source
	conn    *pgx.Conn
	linted  bool
}

func openScratch(ctx context.Context, ownerURL string, sources []db.Source) (*scratch, error) {
	u, err := url.Parse(ownerURL)
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a PostgreSQL URL")
	}
	name := strings.TrimPrefix(u.Path, "/") + "_test"
	owner, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return nil, err
	}
	defer owner.Close(ctx)
	var there bool
	if err := owner.QueryRow(ctx, `select exists (select from pg_database d where d.datname = $1)`, name).Scan(&there); err != nil {
		return nil, err
	}
	if !there {
		if _, err := owner.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize()+" template template0"); err != nil {
			return nil, err
		}
	}
	u.Path = "/" + name
	s := &scratch{url: u.String(), sources: sources}
	if err := s.follow(ctx, s.sources); err != nil {
		return nil, err
	}
	if s.conn, err = pgx.Connect(ctx, s.url); err != nil {
		return nil, err
	}
	if _, err := s.conn.Exec(ctx, pgtap.Helpers); err != nil {
		return nil, errors.Join(fmt.Errorf("pgTAP is not installed (make test installs it): %w", err), s.conn.Close(ctx))
	}
	_, err = s.conn.Exec(ctx, `create extension if not exists plpgsql_check schema tests`)
	s.linted = err == nil
	return s, nil
}

func (s *scratch) close(ctx context.Context) {
	if s != nil {
		_ = s.conn.Close(ctx)
	}
}

// follow brings the copy up to what a save changed in sources.
func (s *scratch) follow(ctx context.Context, sources []db.Source) error {
	_, err := db.Migrate(ctx, s.url, "", sources...)
	return err
}

// lintSQL answers what plpgsql_check says of the functions that a file made.
const lintSQL = `
select c.lineno, c.level, c.message, coalesce(c.hint, '')
  from ops.sql_objects o
  join pg_proc p on o.kind = 'function' and p.oid::regprocedure::text in (o.identity, regexp_replace(o.identity, '^public\.', ''))
  join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
  left join lateral (select t.tgrelid from pg_trigger t where t.tgfoid = p.oid limit 1) t on true
 cross join lateral tests.plpgsql_check_function_tb(
       p.oid, coalesce(t.tgrelid, 0)::regclass, other_warnings => true, performance_warnings => true,
       extra_warnings => true, security_warnings => true) c
 where o.source = $1 and o.path = $2
   and (p.prorettype <> 'trigger'::regtype or t.tgrelid is not null)`

// lint answers what is wrong with a file that was applied: what PostgreSQL says
// of its bodies, and plpgsql_check where that is installed.
func (s *scratch) lint(ctx context.Context, source, file string) []string {
	for _, src := range s.sources {
		if src.Name != source {
			continue
		}
		if err := db.Check(ctx, s.conn, src, file); err != nil {
			return []string{err.Error() + advised(err)}
		}
	}
	if !s.linted {
		return nil
	}
	rows, err := s.conn.Query(ctx, lintSQL, source, file)
	if err != nil {
		return []string{"lint: " + err.Error()}
	}
	type finding struct {
		Line                 *int
		Level, Message, Hint string
	}
	findings, err := pgx.CollectRows(rows, pgx.RowToStructByPos[finding])
	if err != nil {
		return []string{"lint: " + err.Error()}
	}
	var out []string
	for _, f := range findings {
		line := ""
		if f.Line != nil {
			line = fmt.Sprintf(" in line %d of the body", *f.Line)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s%s: %s %s", f.Level, line, f.Message, f.Hint)))
	}
	return out
}

// tally counts a pgTAP file's results.
type tally struct {
	ok       int
	failures []string
}

func (t *tally) String() string {
	if len(t.failures) > 0 {
		return fmt.Sprintf("%d tests ok, with failures", t.ok)
	}
	return fmt.Sprintf("%d tests ok", t.ok)
}

var (
	tapOK    = regexp.MustCompile(`^ok \d+`)
	tapNotOK = regexp.MustCompile(`^not ok \d+|^# `)
)

// test runs a pgTAP file, which begins and rolls back its own transaction.
func (s *scratch) test(ctx context.Context, text string) *tally {
	t := new(tally)
	results, err := s.conn.PgConn().Exec(ctx, "set search_path = public, tests; "+text).ReadAll()
	for _, r := range results {
		for _, row := range r.Rows {
			for _, line := range strings.Split(string(last(row)), "\n") {
				switch {
				case tapOK.MatchString(line):
					t.ok++
				case tapNotOK.MatchString(line):
					t.failures = append(t.failures, line)
				}
			}
		}
	}
	if err != nil {
		var pg *pgconn.PgError
		if errors.As(err, &pg) {
			t.failures = append(t.failures, pg.Code+": "+pg.Message)
		} else {
			t.failures = append(t.failures, err.Error())
		}
		_, _ = s.conn.Exec(ctx, "rollback")
	}
	return t
}

func last(row [][]byte) []byte {
	if len(row) == 0 {
		return nil
	}
	return row[len(row)-1]
}
