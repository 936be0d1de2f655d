package realtime

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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

// conditions that policies are made of; %s is the table's name.
var conditions = []string{
	`true`, `false`, `null`, `owner = (select auth.uid())`, `owner = auth.uid()`, `owner is distinct from auth.uid()`,
	`n > 5`, `n %% 2 = 0`, `note like 'a%%'`, `coalesce(note, '') <> 'secret'`, `'x' = any(tags)`, `cardinality(tags) > 0`,
	`(auth.jwt() ->> 'team') = note`, `auth.role() = 'authenticated'`, `kind = 'big'`, `public.is_small(n)`, `at > '2026-01-01'`,
	`exists (select from public.members m where m.member = auth.uid() and m.team = %s.note)`,
	`owner in (select m.member from public.members m)`,
	`(select count(*) from public.members) > 1 and price < 10`,
	`not (extra ? 'hidden')`, `public.row_is_fine(%s)`,
}

const differentialSQL = `
create type public.size as enum ('small', 'big');
create table public.members (team text, member uuid);
insert into public.members values ('red', '00000000-0000-0000-0000-000000000001'), ('blue', '00000000-0000-0000-0000-000000000002'),
  ('blue', '00000000-0000-0000-0000-000000000001');
alter table public.members enable row level security;
grant select on public.members to anon, authenticated, service_role;
create policy own on public.members for select to authenticated using (member = (select auth.uid()) or team = 'red');
create function public.is_small(n int) returns boolean language plpgsql stable as $$ begin return n < 4; end $$;`

func makeTable(r *rand.Rand, name string) string {
	var b strings.Builder
	key := []string{"primary key (id)", "primary key (id, n)", "primary key (n, id)"}[r.IntN(3)]
	partitioned := r.IntN(2) == 0
	fmt.Fprintf(&b, `create table public.%s (id int not null, dropped int, owner uuid, n int not null, note text, tags text[] default '{}', kind public.size,
  price numeric, at timestamptz, extra jsonb default '{}', twice int generated always as (n * 2) stored, %s)`, name, key)
	if partitioned && strings.Contains(key, "id, n") {
		fmt.Fprintf(&b, ` partition by range (n);
create table public.%[1]s_low partition of public.%[1]s for values from (minvalue) to (5);
create table public.%[1]s_high partition of public.%[1]s for values from (5) to (maxvalue)`, name)
	}
	fmt.Fprintf(&b, ";\nalter table public.%[1]s drop column dropped;\ncreate or replace function public.row_is_fine(t public.%[1]s) returns boolean language sql stable as $$ select t.n <> 7 $$;\n", name)
	fmt.Fprintf(&b, "alter table public.%s %s row level security;\n", name, []string{"enable", "enable", "enable", "disable"}[r.IntN(4)])
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "alter table public.%s replica identity full;\n", name)
	}
	for _, role := range []string{"anon", "authenticated", "service_role"} {
		switch r.IntN(4) {
		case 0:
			fmt.Fprintf(&b, "grant select (id, n, owner, extra) on public.%s to %s;\n", name, role)
		case 1:
			if role == "anon" {
				continue
			}
			fallthrough
		default:
			fmt.Fprintf(&b, "grant select on public.%s to %s;\n", name, role)
		}
	}
	for i := range r.IntN(5) {
		condition := conditions[r.IntN(len(conditions))]
		if strings.Contains(condition, "%s") {
			condition = fmt.Sprintf(condition, name)
		} else {
			condition = strings.ReplaceAll(condition, "%%", "%")
		}
		fmt.Fprintf(&b, "create policy p%d on public.%s as %s for %s to %s using (%s);\n", i, name,
			[]string{"permissive", "permissive", "restrictive"}[r.IntN(3)], []string{"select", "all", "update", "select"}[r.IntN(4)],
			[]string{"public", "authenticated", "anon, authenticated", "anon"}[r.IntN(4)], condition)
	}
	return b.String()
}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

func randomRow(r *rand.Rand, id int) string {
	return fmt.Sprintf("(%d, %s, %d, %s, %s, %s, %s, %s, %s)", id,
		pick(r, "null", "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'"), r.IntN(10),
		pick(r, "null", "'red'", "'blue'", "'secret'", "'a\"\\ü'", "E'a\\n'"), pick(r, "'{}'", "'{x,y}'", "'{\"x,\",null}'"),
		pick(r, "null", "'small'", "'big'"), pick(r, "null", "9.99", "12345678901234567890.123456789", "'NaN'"),
		pick(r, "null", "'infinity'", "'2026-02-03 04:05:06.789+02'", "'-infinity'"), pick(r, "'{}'", `'{"hidden": 1}'`, `'{"n": 9007199254740993}'`))
}

func randomWrite(r *rand.Rand, name string, next *int) string {
	switch r.IntN(6) {
	case 0, 1:
		var rows []string
		for range 1 + r.IntN(4) {
			*next++
			rows = append(rows, randomRow(r, *next))
		}
		return fmt.Sprintf("insert into public.%s (id, owner, n, note, tags, kind, price, at, extra) values %s", name, strings.Join(rows, ", "))
	case 2:
		return fmt.Sprintf("update public.%s set owner = %s where id %% 3 = %d", name,
			pick(r, "null", "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'"), r.IntN(3))
	case 3:
		return fmt.Sprintf("update public.%s set note = %s, n = (n + %d) %% 10, tags = tags || '{x}' where id %% 4 = %d", name,
			pick(r, "null", "'red'", "'secret'", "'abc'"), r.IntN(10), r.IntN(4))
	case 4:
		return fmt.Sprintf("update public.%s set id = id + 1000000 where id %% 5 = %d", name, r.IntN(5)) // keys change
	default:
		return fmt.Sprintf("delete from public.%s where id %% 7 = %d", name, r.IntN(7))
	}
}

// visible is what a person's select shows, by the whole row as the owner sees it.
func visible(ctx context.Context, t *testing.T, conn *pgx.Conn, name string, p someone) map[string]bool {
	t.Helper()
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx) //nolint:errcheck // nothing was written
	if _, err := tx.Exec(ctx, "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", p.role, p.claims); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(ctx, "select id::text || '/' || n from public."+name)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		if strings.Contains(err.Error(), "42501") {
			return map[string]bool{}
		}
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, k := range keys {
		out[k] = true
	}
	return out
}

type image struct {
	Kind     string
	Old, New map[string]any
}

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
	checks, delivered := 0, 0
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 5))
		name := fmt.Sprintf("t%d", seed)
		ddl := makeTable(r, name)
		exec(ddl)
		exec(fmt.Sprintf("select realtime.enable('public.%s')", name))
		exec("insert into realtime.nodes (id) values ($1) on conflict do nothing", node)
		exec("delete from realtime.subscriptions")
		for _, p := range people {
			exec("insert into realtime.subscriptions (node, id, role, claims, schema_name, table_name, event) values ($1, $2, $3, $4, 'public', $5, '*')",
				node, p.id, p.role, p.claims, name)
		}
		next := 0
		for range 12 {
			write := randomWrite(r, name, &next)
			before := map[int64]map[string]bool{}
			for _, p := range people {
				before[p.id] = visible(ctx, t, owner, name, p)
			}
			var at, seen string
			if err := owner.QueryRow(ctx, "select pg_current_snapshot()::text, coalesce(max(id), 0)::text from realtime.changes").Scan(&at, &seen); err != nil {
				t.Fatal(err)
			}
			exec(write)
			want := map[string]bool{}
			rows, err := owner.Query(ctx, "select kind, old, new, id from realtime.changes where id > $1::bigint order by id", seen)
			if err != nil {
				t.Fatal(err)
			}
			var ids []int64
			var images []image
			var im image
			var id int64
			if _, err := pgx.ForEachRow(rows, []any{&im.Kind, &im.Old, &im.New, &id}, func() error {
				images, ids = append(images, im), append(ids, id)
				im = image{}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			for _, p := range people {
				after := visible(ctx, t, owner, name, p)
				for i, im := range images {
					checks++
					kind := im.Kind
					oldSeen, newSeen := im.Old != nil && before[p.id][keyOf(im.Old)], im.New != nil && after[keyOf(im.New)]
					switch {
					case kind != "DELETE" && newSeen:
					case oldSeen:
						kind = "DELETE"
					default:
						continue
					}
					want[fmt.Sprintf("%d %s to %d", ids[i], kind, p.id)] = true
				}
			}
			got := map[string]bool{}
			news := changesSince(ctx, t, d, node, at)
			for _, e := range news.events {
				if e.Kind == "PROBLEM" {
					t.Errorf("seed %d: problem %s", seed, e.Data)
					continue
				}
				if !json.Valid(e.Data) {
					t.Errorf("seed %d: data is no JSON: %s", seed, e.Data)
				}
				for _, sub := range news.subscriptions(&e) {
					got[fmt.Sprintf("%d %s to %d", e.ID, e.Kind, sub)] = true
				}
			}
			delivered += len(got)
			if missing, surplus := without(want, got), without(got, want); len(missing)+len(surplus) > 0 {
				t.Fatalf("seed %d, after %s\nmissing %v\nsurplus %v\n%s", seed, write, missing, surplus, ddl)
			}
		}
	}
	if checks < 1000 || delivered < 300 {
		t.Errorf("%d checks and %d deliveries prove little", checks, delivered)
	}
	t.Logf("%d checks, %d deliveries", checks, delivered)
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
	b, err := newFeed(s).read(ctx, cursor{prev: at}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.end.Lost || b.end.More {
		t.Fatalf("%+v", b.end)
	}
	return b
}
