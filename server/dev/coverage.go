package dev

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// FileCoverage is how many statements of a file's functions have run.
type FileCoverage struct {
	File       string `json:"file"`
	Run, Total int
}

const (
	profileSQL  = `select tests.plpgsql_profiler_reset_all(), set_config('plpgsql_check.profiler', 'on', false)`
	coverageSQL = `
select o.source || '/' || o.path, o.identity, s.stmtid, s.exec_stmts > 0
  from ops.sql_objects o
  join pg_proc p on o.kind = 'function' and (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity = o.identity
  join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
 cross join lateral tests.plpgsql_profiler_function_statements_tb(p.oid) s
 where o.source <> 'howdah'`
)

type place struct {
	file, function string
	statement      int
}

// coverage joins what the workers saw.
type coverage struct{ run map[place]bool }

func (c *coverage) read(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, coverageSQL)
	if err != nil {
		return fmt.Errorf("read the coverage: %w", err)
	}
	if c.run == nil {
		c.run = map[place]bool{}
	}
	var (
		at  place
		run bool
	)
	_, err = pgx.ForEachRow(rows, []any{&at.file, &at.function, &at.statement, &run}, func() error {
		c.run[at] = c.run[at] || run
		return nil
	})
	return err
}

func (c *coverage) files() []FileCoverage {
	byFile := map[string]*FileCoverage{}
	for at, run := range c.run {
		f := byFile[at.file]
		if f == nil {
			f = &FileCoverage{File: at.file}
			byFile[at.file] = f
		}
		f.Total++
		if run {
			f.Run++
		}
	}
	out := make([]FileCoverage, 0, len(byFile))
	for _, f := range byFile {
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b FileCoverage) int { return cmp.Compare(a.File, b.File) })
	return out
}
