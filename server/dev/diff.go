package dev

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"howdah/server/db"
)

// thing is one row of ops.snapshot.
type thing struct {
	Ord                      int
	Kind, Identity, Up, Down string
	Change                   *string
}

type thingKey struct{ kind, identity string }

const snapshotSQL = `select ord, kind, identity, up, down, change from ops.snapshot()`

func snapshot(ctx context.Context, url string) ([]thing, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect as the owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, snapshotSQL)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[thing])
}

// Diff answers the goose migration that turns what the files make into what is
// in the database: work done in psql or the console becomes a file. It is empty
// when there is nothing to say. The files' state is a database of its own.
func Diff(ctx context.Context, ownerURL string, sources []db.Source) (string, error) {
	s := &Suite{OwnerURL: ownerURL, Sources: sources}
	recorded, err := s.template(ctx)
	if err != nil {
		return "", err
	}
	want, err := snapshot(ctx, ownerURL)
	if err != nil {
		return "", err
	}
	have, err := snapshot(ctx, onDatabase(ownerURL, recorded))
	if err != nil {
		return "", err
	}
	up, down := turn(have, want), turn(want, have)
	if len(up) == 0 {
		return "", nil
	}
	return "-- +goose Up\n" + strings.Join(up, "\n") + "\n\n-- +goose Down\n" + strings.Join(down, "\n") + "\n", nil
}

// turn lists the statements that turn have into want: first what goes, from
// the end, then what comes.
func turn(have, want []thing) []string {
	before, after := byKey(have), byKey(want)
	var out []string
	for _, t := range slices.Backward(have) {
		now, stays := after[t.key()]
		switch {
		case !stays && (t.within(before, after) || t.Kind == "enum value" && !t.typeIn(after)):
			// it goes with its table or its type
		case !stays, now.Up != t.Up && now.Change == nil:
			out = append(out, goose(t.Down))
		}
	}
	for _, t := range want {
		was, there := before[t.key()]
		switch {
		case t.Kind == "enum value" && !t.typeIn(before):
			// its type is made with it
		case !there, was.Up != t.Up && t.Change == nil:
			out = append(out, goose(t.Up))
		case was.Up != t.Up && *t.Change != "":
			out = append(out, goose(*t.Change))
		}
	}
	return out
}

func (t *thing) key() thingKey { return thingKey{t.Kind, t.Identity} }

// typeIn says whether the type of an enum's value is among things.
func (t *thing) typeIn(things map[thingKey]thing) bool {
	_, there := things[thingKey{"enum", t.Identity[:max(strings.LastIndex(t.Identity, "."), 0)]}]
	return there
}

func byKey(list []thing) map[thingKey]thing {
	m := make(map[thingKey]thing, len(list))
	for _, t := range list {
		m[t.key()] = t
	}
	return m
}

// within says that a thing belongs to a table or column that goes as well, so
// that dropping it by itself would be too late.
func (t *thing) within(before, after map[thingKey]thing) bool {
	if t.Kind == "table" || t.Kind == "schema" || t.Kind == "enum" || t.Kind == "function" || t.Kind == "view" {
		return false
	}
	for key := range before {
		if _, stays := after[key]; stays || key.kind != "table" && (key.kind != "column" || t.Kind == "column" || t.Kind == "constraint" || t.Kind == "index") {
			continue
		}
		if t.Identity == key.identity || strings.HasPrefix(t.Identity, key.identity+".") || strings.HasSuffix(t.Identity, " on "+key.identity) ||
			strings.Contains(t.Identity, " on "+key.identity+" ") || t.Kind == "index" && strings.Contains(t.Up, " ON "+key.identity+" ") {
			return true
		}
	}
	return false
}

// goose marks a statement that holds semicolons of its own.
func goose(statement string) string {
	if strings.Count(statement, ";") > 1 {
		return "-- +goose StatementBegin\n" + statement + "\n-- +goose StatementEnd"
	}
	return statement
}
