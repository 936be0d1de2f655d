package db

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// FileError is a statement of a file that failed, so that a person can go
// straight to it.
type FileError struct {
	File      string // as the person knows it: sql/auth/refresh.sql
	Line      int    // counts from 1
	Column    int    // counts from 1; 0 where PostgreSQL names no place
	Excerpt   string // the line, where Column points into it
	SQLState  string
	Message   string
	Detail    string
	Hint      string
	Statement string // its first line
	rel       string // path inside the source
}

// Error is file:line, SQLSTATE, message, and the line with a mark at the place,
// or the statement's first line where PostgreSQL names no place.
func (e *FileError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: %s: %s", e.File, e.Line, e.SQLState, e.Message)
	switch {
	case e.Column > 0:
		b.WriteString("\n    " + strings.ReplaceAll(e.Excerpt, "\t", " ") + "\n    " + strings.Repeat(" ", e.Column-1) + "^")
	case e.Statement != "":
		b.WriteString("\n    " + e.Statement)
	}
	if e.Detail != "" {
		b.WriteString("\n  detail: " + e.Detail)
	}
	if e.Hint != "" {
		b.WriteString("\n  hint: " + e.Hint)
	}
	return b.String()
}

// statementError is an error of a multi-statement text, after done statements.
type statementError struct {
	done int
	err  error
}

func (e *statementError) Error() string { return e.err.Error() }
func (e *statementError) Unwrap() error { return e.err }

// locate finds the place in text that err speaks of.
func locate(file, rel, text string, err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return fmt.Errorf("%s: %w", file, err)
	}
	out := &FileError{File: file, rel: rel, Line: 1, SQLState: pg.Code, Message: pg.Message, Detail: pg.Detail, Hint: pg.Hint}
	var at statement
	var se *statementError
	list := statements(text)
	switch {
	case pg.Position > 0:
		offset := byteOffset(text, int(pg.Position))
		out.point(text, offset)
		for _, s := range list {
			if s.start <= offset {
				at = s
			}
		}
	case errors.As(err, &se) && se.done < len(list):
		at = list[se.done]
		out.Line = 1 + strings.Count(text[:at.start], "\n")
	}
	out.Statement, _, _ = strings.Cut(at.text, "\n")
	return out
}

// locateMigration does the same for a goose migration, whose statements are
// sent one by one: failed is the text of the one that failed.
func locateMigration(file, text, failed string, err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return fmt.Errorf("%s: %w", file, err)
	}
	out := &FileError{File: file, Line: 1, SQLState: pg.Code, Message: pg.Message, Detail: pg.Detail, Hint: pg.Hint}
	if strings.Contains(text, "+goose NO TRANSACTION") && out.Hint == "" {
		out.Hint = "it runs outside a transaction, so what stands above this line is done already: undo that by hand, then run `howdah migrate` again"
	}
	failed = failed[len(failed)-len(strings.TrimLeftFunc(failed, unicode.IsSpace)):]
	start := strings.Index(text, failed)
	out.Statement, _, _ = strings.Cut(failed, "\n")
	if start < 0 { // goose leaves out comment lines: the first line is enough
		start = strings.Index(text, out.Statement)
	}
	if start >= 0 {
		out.Line = 1 + strings.Count(text[:start], "\n")
		if pg.Position > 0 {
			out.Line += strings.Count(failed[:byteOffset(failed, int(pg.Position))], "\n")
			line := out.Line
			out.point(failed, byteOffset(failed, int(pg.Position)))
			out.Line = line
		}
	}
	return out
}

// point sets the place of an offset in bytes into text.
func (e *FileError) point(text string, offset int) {
	e.Line = 1 + strings.Count(text[:offset], "\n")
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	e.Excerpt, _, _ = strings.Cut(text[start:], "\n")
	e.Column = 1 + utf8.RuneCountInString(text[start:offset])
}

// failedQuery is a pgx tracer that remembers the query that failed last.
type failedQuery struct{ text string }

type queryKey struct{}

// TraceQueryStart keeps the text for TraceQueryEnd.
func (f *failedQuery) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, queryKey{}, data.SQL)
}

// TraceQueryEnd remembers the text if the query failed.
func (f *failedQuery) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	if text, ok := ctx.Value(queryKey{}).(string); ok && data.Err != nil {
		f.text = text
	}
}

// byteOffset turns PostgreSQL's position, in characters from 1, into bytes.
func byteOffset(text string, position int) int {
	n := 0
	for i := range text {
		n++
		if n == position {
			return i
		}
	}
	return len(text)
}
