package dev

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/pgtap"
	"howdah/server/db"
)

// Test is one assert.
type Test struct {
	Name   string
	OK     bool
	Detail string // why not
}

var (
	tapTest = regexp.MustCompile(`^(not )?ok (\d+)(?: - )?(.*)$`)
	tapPlan = regexp.MustCompile(`^1\.\.(\d+)`)
)

// run runs one file, which begins and rolls back a transaction of its own.
func (w *worker) run(ctx context.Context, files fs.FS, file string) (FileResult, error) {
	r := FileResult{File: file}
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return r, err
	}
	start := time.Now()
	results, err := w.conn.PgConn().Exec(ctx, "set search_path = public, tests; "+string(text)).ReadAll()
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	var lines []string
	for _, result := range results {
		for _, row := range result.Rows {
			lines = append(lines, strings.Split(string(last(row)), "\n")...)
		}
	}
	r.read(lines)
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg):
		r.Failures = append(r.Failures, fmt.Sprintf("%s: %s", pg.Code, pg.Message))
		for _, more := range []string{pg.Detail, pg.Hint} {
			if more != "" {
				r.Failures = append(r.Failures, "  "+more)
			}
		}
	case err != nil:
		return r, err
	}
	r.Took = time.Since(start)
	if _, err := w.conn.PgConn().Exec(ctx, "rollback; reset role; reset session authorization").ReadAll(); err != nil {
		return r, fmt.Errorf("after %s: %w", file, err)
	}
	return r, nil
}

// read takes TAP apart.
func (r *FileResult) read(lines []string) {
	plan := -1
	for _, line := range lines {
		if m := tapPlan.FindStringSubmatch(line); m != nil {
			plan, _ = strconv.Atoi(m[1])
			continue
		}
		if m := tapTest.FindStringSubmatch(line); m != nil {
			name, directive, _ := strings.Cut(m[3], " # ")
			forgiven := strings.HasPrefix(strings.ToUpper(directive), "TODO") || strings.HasPrefix(strings.ToUpper(directive), "SKIP")
			t := Test{Name: name, OK: m[1] == "" || forgiven}
			r.Tests = append(r.Tests, t)
			if !t.OK {
				r.Failures = append(r.Failures, "not ok: "+name)
			}
			continue
		}
		if n := len(r.Tests); n > 0 && !r.Tests[n-1].OK && strings.HasPrefix(line, "#") {
			if strings.HasPrefix(line, "# Failed test") || strings.HasPrefix(line, "# Looks like") {
				continue // what was said already
			}
			detail := strings.TrimPrefix(line, "#")
			r.Tests[n-1].Detail += strings.TrimSpace(detail) + "\n"
			r.Failures = append(r.Failures, "  "+strings.TrimSpace(detail))
		}
	}
	switch {
	case plan < 0:
		r.Failures = append(r.Failures, "it has no plan: begin; select plan(n); … select * from finish(); rollback;")
	case plan != len(r.Tests):
		r.Failures = append(r.Failures, fmt.Sprintf("it planned %d tests and ran %d", plan, len(r.Tests)))
	}
}

// fingerprint names a state of the sources' files.
func fingerprint(sources []db.Source) (string, error) {
	h := sha256.New()
	fmt.Fprint(h, pgtap.Helpers)
	for _, src := range sources {
		for _, tree := range []fs.FS{src.Migrations, src.SQL} {
			if tree == nil {
				continue
			}
			err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
				switch {
				case errors.Is(err, fs.ErrNotExist):
					return nil
				case err != nil:
					return err
				case d.IsDir() && d.Name() == "node_modules":
					return fs.SkipDir
				case d.IsDir() || !strings.HasSuffix(name, ".sql"):
					return nil
				}
				text, err := fs.ReadFile(tree, name)
				fmt.Fprintf(h, "%s/%s %d\n%s", src.Name, name, len(text), text)
				return err
			})
			if err != nil {
				return "", err
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:12], nil
}

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
	Err      string      `xml:"system-err,omitempty"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes results as CI systems read them.
func WriteJUnit(w io.Writer, results []FileResult) error {
	var out junitSuites
	for _, r := range results {
		s := junitSuite{Name: r.File, Tests: len(r.Tests), Time: fmt.Sprintf("%.3f", r.Took.Seconds())}
		for _, t := range r.Tests {
			c := junitCase{Name: t.Name, Class: strings.TrimSuffix(strings.ReplaceAll(r.File, "/", "."), ".sql")}
			if !t.OK {
				c.Failure = &junitFailure{Message: t.Name, Text: t.Detail}
				s.Failures++
			}
			s.Cases = append(s.Cases, c)
		}
		if !r.OK() && s.Failures == 0 { // it broke between its tests
			s.Tests++
			s.Failures++
			text := strings.Join(r.Failures, "\n")
			s.Cases = append(s.Cases, junitCase{Name: r.File, Class: r.File, Failure: &junitFailure{Message: r.Failures[0], Text: text}})
		}
		out.Suites = append(out.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	return enc.Encode(out)
}
