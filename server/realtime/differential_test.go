package realtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"howdah/server/db/dbtest"
)

// The differential test: for random tables, policies, users and writes, what
// changes_since delivers is what a select under the user showed of the row just
// before (old image) or just after (new image).

type someone struct {
	role, claims string
	id           int64 // of the subscription
}

var people = []someone{
	{"anon", `{"role":"anon"}`, 1},
	{"authenticated", `{"role":"authenticated","sub":"00000000-0000-0000-0000-000000000001","team":"red"}`, 2},
	{"authenticated", `{"role":"authenticated","sub":"00000000-0000-0000-0000-000000000002","team":"blue"}`, 3},
	{"authenticated", `{"role":"authenticated","sub":"00000000-0000-0000-0000-000000000003"}`, 4},
	{"service_role", `{"role":"service_role"}`, 5},
}

// shown is what a person's select shows of a row.
type shown struct {
	row    string // the columns that it may see
	wanted bool   // the filter holds
}

const columnsSQL = `select coalesce(string_agg(quote_ident(attname), ', ' order by attnum), 'null')
  from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and has_column_privilege($2::name, attrelid, attnum, 'select')`

// visible is what a person's select shows, by the row's key.
func visible(ctx context.Context, t *testing.T, conn *pgx.Conn, name string, p someone, filter string) map[string]shown {
	t.Helper()
	var columns string
	if err := conn.QueryRow(ctx, columnsSQL, "public."+name, p.role).Scan(&columns); err != nil {
		t.Fatal(err)
	}
	out := map[string]shown{}
	if columns == "null" {
		return out
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx) //nolint:errcheck // nothing was written
	if _, err := tx.Exec(ctx, "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", p.role, p.claims); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(ctx, fmt.Sprintf("select x.id || '/' || x.n, to_jsonb(x)::text, coalesce(%s, false) from (select %s from public.%s) x", filter, columns, name))
	if err != nil {
		t.Fatal(err)
	}
	var key string
	var s shown
	_, err = pgx.ForEachRow(rows, []any{&key, &s.row, &s.wanted}, func() error {
		out[key] = s
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type image struct {
	ID       int64
	Kind     string
	Old, New map[string]any
}

// keyOf is no row's key for the row that is not there.
func keyOf(row map[string]any) string { return fmt.Sprintf("%.0f/%.0f", row["id"], row["n"]) }

func TestDeliveredIsWhatSelectShows(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	owner := d.Owner(t)
	ctx := t.Context()
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := owner.Exec(ctx, sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec(differentialSQL)
	const node = "00000000-0000-0000-0000-0000000000aa"
	exec("insert into realtime.nodes (id) values ($1)", node)
	checks, delivered := 0, 0
	seeds := []uint64{rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64()}
	for seed := range uint64(20) {
		seeds = append(seeds, seed)
	}
	for i, seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 5))
		name := fmt.Sprintf("t%d", i)
		ddl := makeTable(r, name)
		exec(ddl)
		exec(fmt.Sprintf("select realtime.enable('public.%s')", name))
		exec("delete from realtime.subscriptions")
		wants := map[int64]string{}
		for _, p := range people {
			f := filters[r.IntN(len(filters))]
			wants[p.id] = f.condition
			exec("insert into realtime.subscriptions (node, id, role, claims, schema_name, table_name, event, filter) values ($1, $2, $3, $4, 'public', $5, '*', $6)",
				node, p.id, p.role, p.claims, name, f.terms)
		}
		next := 0
		for range 12 {
			write := randomWrite(r, name, &next)
			before, after := map[int64]map[string]shown{}, map[int64]map[string]shown{}
			for _, p := range people {
				before[p.id] = visible(ctx, t, owner, name, p, wants[p.id])
			}
			var at, seen string
			if err := owner.QueryRow(ctx, "select pg_current_snapshot()::text, coalesce(max(id), 0)::text from realtime.changes").Scan(&at, &seen); err != nil {
				t.Fatal(err)
			}
			exec(write)
			images := imagesSince(ctx, t, owner, seen)
			want := map[string]bool{}
			for _, p := range people {
				after[p.id] = visible(ctx, t, owner, name, p, wants[p.id])
				for _, im := range images {
					checks++
					kind := im.Kind
					old, oldSeen := before[p.id][keyOf(im.Old)]
					now, nowSeen := after[p.id][keyOf(im.New)]
					switch {
					case kind != "DELETE" && nowSeen:
						if !now.wanted {
							continue
						}
					case oldSeen && old.wanted:
						kind = "DELETE"
					default:
						continue
					}
					want[fmt.Sprintf("%d %s to %d", im.ID, kind, p.id)] = true
				}
			}
			got := map[string]bool{}
			news := changesSince(ctx, t, d, node, at)
			for _, e := range news.events {
				if e.Kind == "PROBLEM" {
					t.Errorf("seed %d: problem %s\n%s", seed, e.Data, ddl)
					continue
				}
				for _, sub := range news.subscriptions(&e) {
					got[fmt.Sprintf("%d %s to %d", e.ID, e.Kind, sub)] = true
					if why := rowDiffers(e.Data, after[sub]); why != "" {
						t.Errorf("seed %d, after %s, to %d: %s\n%s", seed, write, sub, why, ddl)
					}
				}
			}
			delivered += len(got)
			if missing, surplus := without(want, got), without(got, want); len(missing)+len(surplus) > 0 {
				t.Fatalf("seed %d, after %s\nmissing %v\nsurplus %v\nfilters %v\n%s", seed, write, missing, surplus, wants, ddl)
			}
		}
	}
	if checks < 1000 || delivered < 300 {
		t.Errorf("%d checks and %d deliveries prove little", checks, delivered)
	}
	t.Logf("%d checks, %d deliveries, seeds %d", checks, delivered, seeds)
}

// imagesSince is what was captured after an id.
func imagesSince(ctx context.Context, t *testing.T, conn *pgx.Conn, id string) []image {
	t.Helper()
	rows, err := conn.Query(ctx, "select kind, old, new, id from realtime.changes where id > $1::bigint order by id", id)
	if err != nil {
		t.Fatal(err)
	}
	var images []image
	var im image
	if _, err := pgx.ForEachRow(rows, []any{&im.Kind, &im.Old, &im.New, &im.ID}, func() error {
		images = append(images, im)
		im = image{}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return images
}

// rowDiffers says how an event's record differs from what its listener's select shows.
func rowDiffers(data []byte, after map[string]shown) string {
	var e struct {
		Record *json.RawMessage `json:"record"`
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return fmt.Sprintf("data is no JSON: %v: %s", err, data)
	}
	if e.Record == nil {
		return ""
	}
	var key struct{ ID, N json.Number }
	var told, selected any
	if err := errors.Join(json.Unmarshal(*e.Record, &key), exactly(*e.Record, &told)); err != nil {
		return err.Error()
	}
	row := after[key.ID.String()+"/"+key.N.String()].row
	if err := exactly([]byte(row), &selected); err != nil || !reflect.DeepEqual(told, selected) {
		return fmt.Sprintf("told %s, select shows %s", *e.Record, row)
	}
	return ""
}

// exactly decodes JSON with its numbers as they are written.
func exactly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func without(a, b map[string]bool) []string {
	var out []string
	for k := range a {
		if !b[k] {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

func changesSince(ctx context.Context, t *testing.T, d *dbtest.DB, node, at string) *batch {
	t.Helper()
	s := &Service{Deps: Deps{Pool: d.Pool, SearchPath: `"public"`}, nodeID: node}
	b, err := newFeed(s).read(ctx, cursor{prev: at}, batchSize, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.end.Lost || b.end.More {
		t.Fatalf("%+v", b.end)
	}
	return b
}
