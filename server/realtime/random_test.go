package realtime

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// conditions that policies are made of; %s is the table's name.
var conditions = []string{
	`true`, `false`, `null`, `owner = (select auth.uid())`, `owner = auth.uid()`, `owner is distinct from auth.uid()`,
	`n > 5`, `n %% 2 = 0`, `note like 'a%%'`, `coalesce(note, '') <> 'secret'`, `'x' = any(tags)`, `cardinality(tags) > 0`,
	`(auth.jwt() ->> 'team') = note`, `auth.role() = 'authenticated'`, `kind = 'big'`, `public.is_small(n)`, `at > '2026-01-01'`,
	`exists (select from public.members m where m.member = auth.uid() and m.team = %s.note)`,
	`owner in (select m.member from public.members m)`,
	`(select count(*) from public.members) > 1 and price < 10`,
	`not (extra ? 'hidden')`, `public.row_is_fine(%s)`, `mark = 'low'`, `public.team_of(auth.uid()) = note`,
	`n in (select w.n from public.walls w)`, `array_length(tags, 1) is null or kind is not null`, `(extra ->> 'n')::numeric > 1`,
	`case when owner is null then n < 3 else owner = (select auth.uid()) end`, `current_user = 'authenticated'`,
}

// filters that subscriptions have, as conditions of a select and as terms.
var filters = []struct{ condition, terms string }{
	{"true", "[]"},
	{"true", "[]"},
	{"n > 4", `[{"column": "n", "op": "gt", "not": false, "value": "4"}]`},
	{"owner = '00000000-0000-0000-0000-000000000001'", `[{"column": "owner", "op": "eq", "not": false, "value": "00000000-0000-0000-0000-000000000001"}]`},
	{"n in (1, 3, 5)", `[{"column": "n", "op": "in", "not": false, "value": ["1", "3", "5"]}]`},
	{"owner is null and not n < 2", `[{"column": "owner", "op": "is", "not": false, "value": "null"}, {"column": "n", "op": "lt", "not": true, "value": "2"}]`},
}

const differentialSQL = `
create type public.size as enum ('small', 'big');
create table public.members (team text, member uuid);
insert into public.members values ('red', '00000000-0000-0000-0000-000000000001'), ('blue', '00000000-0000-0000-0000-000000000002'),
  ('blue', '00000000-0000-0000-0000-000000000001');
alter table public.members enable row level security;
grant select on public.members to anon, authenticated, service_role;
create policy own on public.members for select to authenticated using (member = (select auth.uid()) or team = 'red');
create table public.walls (n int);
insert into public.walls values (1), (4), (8);
alter table public.walls enable row level security;
grant select on public.walls to anon, authenticated, service_role;
create policy low on public.walls for select using (n < 5);
create policy less on public.walls as restrictive for select to authenticated using (n <> coalesce((auth.jwt() ->> 'n')::int, 1));
create domain public.mark as text check (value in ('low', 'high'));
create function public.team_of(who uuid) returns text language sql stable security definer as $$ select min(m.team) from public.members m where m.member = who $$;
create function public.is_small(n int) returns boolean language plpgsql stable as $$ begin return n < 4; end $$;`

func makeTable(r *rand.Rand, name string) string {
	var b strings.Builder
	key := []string{"primary key (id)", "primary key (id, n)", "primary key (n, id)", "check (true)"}[r.IntN(4)]
	partitioned := r.IntN(2) == 0
	fmt.Fprintf(&b, `create table public.%s (id int not null, dropped int, owner uuid, n int not null, note text, tags text[] default '{}', kind public.size, mark public.mark,
  price numeric, at timestamptz, extra jsonb default '{}', twice int generated always as (n * 2) stored, %s)`, name, key)
	if partitioned && strings.Contains(key, "id, n") {
		fmt.Fprintf(&b, ` partition by range (n);
create table public.%[1]s_low partition of public.%[1]s for values from (minvalue) to (5);
create table public.%[1]s_high partition of public.%[1]s for values from (5) to (maxvalue)`, name)
	}
	fmt.Fprintf(&b, ";\nalter table public.%[1]s drop column dropped;\ncreate or replace function public.row_is_fine(t public.%[1]s) returns boolean language sql stable as $$ select t.n <> 7 $$;\n", name)
	if r.IntN(6) == 0 {
		fmt.Fprintf(&b, "alter table public.%s force row level security;\n", name)
	}
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
	return fmt.Sprintf("(%d, %s, %d, %s, %s, %s, %s, %s, %s, %s)", id,
		pick(r, "null", "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'"), r.IntN(10),
		pick(r, "null", "'red'", "'blue'", "'secret'", "'a\"\\ü'", "E'a\\n'"), pick(r, "'{}'", "'{x,y}'", "'{\"x,\",null}'"),
		pick(r, "null", "'small'", "'big'"), pick(r, "null", "'low'", "'high'"), pick(r, "null", "9.99", "12345678901234567890.123456789", "'NaN'"),
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
		return fmt.Sprintf("insert into public.%s (id, owner, n, note, tags, kind, mark, price, at, extra) values %s", name, strings.Join(rows, ", "))
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
