package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	sameBare = "the same statement in a bare pgx pipeline"
	sameHTTP = "the same pipeline behind a bare net/http handler"
)

// Tables under RLS, two levels deep, and a function.
const restFixture = `
	create table if not exists public.bench_teams (id int primary key, name text not null, owner uuid not null);
	create table if not exists public.bench_boards (id int primary key, team_id int not null references public.bench_teams, title text not null);
	create table if not exists public.bench_cards (id int primary key, board_id int not null references public.bench_boards, body text not null);
	create index if not exists bench_boards_team on public.bench_boards (team_id);
	create index if not exists bench_cards_board on public.bench_cards (board_id);
	alter table public.bench_teams enable row level security;
	alter table public.bench_boards enable row level security;
	alter table public.bench_cards enable row level security;
	drop policy if exists bench_read on public.bench_teams;
	create policy bench_read on public.bench_teams for select to authenticated using (id > 0);
	drop policy if exists bench_read on public.bench_boards;
	create policy bench_read on public.bench_boards for select to authenticated using (id > 0);
	drop policy if exists bench_read on public.bench_cards;
	create policy bench_read on public.bench_cards for select to authenticated using (id > 0);
	grant select on public.bench_teams, public.bench_boards, public.bench_cards to authenticated;
	insert into public.bench_teams select i, 'team ' || i, gen_random_uuid() from generate_series(1, 50) i on conflict do nothing;
	insert into public.bench_boards select i, 1 + i % 50, 'board ' || i from generate_series(1, 150) i on conflict do nothing;
	insert into public.bench_cards select i, 1 + i % 150, 'card ' || i from generate_series(1, 900) i on conflict do nothing;
	analyze public.bench_teams; analyze public.bench_boards; analyze public.bench_cards;
	create or replace function public.bench_add(a int, b int) returns int language sql stable as 'select a + b';
	grant execute on function public.bench_add(int, int) to authenticated`

// compiled is the statement that the server runs for a shape.
func (b *bench) compiled(ctx context.Context, shape string) (string, error) {
	var answer struct {
		SQL   string          `json:"sql"`
		Error json.RawMessage `json:"error"`
	}
	err := b.pool.QueryRow(ctx, `select rest.compile(_shape => $1::jsonb, _settings => $2::jsonb)`, shape,
		`{"schemas": ["public"], "aggregates": false, "plan": false, "hoisted": []}`).Scan(&answer)
	if err == nil && answer.SQL == "" {
		err = fmt.Errorf("%s: %s", shape, answer.Error)
	}
	return answer.SQL, err
}

// both measures a request against its statement in a bare pipeline, and that
// pipeline behind a bare handler.
func (b *bench) both(ctx context.Context, out io.Writer, name, method, path string, body []byte, shape string, values ...string) error {
	sql, err := b.compiled(ctx, shape)
	if err != nil {
		return err
	}
	if err := pair(ctx, out, name, sameBare, b.http(method, path, body), b.bare(method, path, sql, values...)); err != nil {
		return err
	}
	behind, err := b.bareHTTP(method, path, body, sql, values...)
	if err != nil {
		return err
	}
	return pair(ctx, out, name, sameHTTP, b.http(method, path, body), behind)
}

func (b *bench) reads(ctx context.Context, out io.Writer) error {
	if _, err := b.pool.Exec(ctx, restFixture); err != nil {
		return err
	}
	if err := b.both(ctx, out, "list of 20 under RLS", "GET", "/rest/v1/todos?select=id,task,is_complete&order=id&limit=20", nil,
		`{"op": "read", "schema": "public", "name": "todos", "lits": 2, "accept": ["*/*"], "limited": true, "root": {"select": [{"name": "id"}, {"name": "task"}, {"name": "is_complete"}],
		  "order": [{"name": "id"}], "limit": 1, "offset": 2}}`, "20", "0"); err != nil {
		return err
	}
	if err := b.both(ctx, out, "one row by key under RLS", "GET", "/rest/v1/todos?id=eq.1", nil,
		`{"op": "read", "schema": "public", "name": "todos", "lits": 1, "accept": ["*/*"], "root": {"select": [{"name": "*"}], "where": [{"name": "id", "op": "eq", "lit": 1}]}}`,
		"1"); err != nil {
		return err
	}
	return b.both(ctx, out, "two-level embed under RLS", "GET", "/rest/v1/bench_teams?select=id,name,bench_boards(title,bench_cards(body))&order=id&limit=5", nil,
		`{"op": "read", "schema": "public", "name": "bench_teams", "lits": 2, "accept": ["*/*"], "limited": true, "root": {"select": [{"name": "id"}, {"name": "name"}],
		  "embed": [{"name": "bench_boards", "select": [{"name": "title"}], "embed": [{"name": "bench_cards", "select": [{"name": "body"}]}]}],
		  "order": [{"name": "id"}], "limit": 1, "offset": 2}}`, "5", "0")
}

func (b *bench) writes(ctx context.Context, out io.Writer) error {
	const shape = `{"op": "insert", "schema": "public", "name": "todos", "lits": 1, "accept": ["*/*"], "columns": ["task"], "body": {"lit": 1, "object": false}, "root": {"select": [{"name": "*"}]}}`
	one := []byte(`[{"task":"bench"}]`)
	if err := b.both(ctx, out, "insert under RLS", "POST", "/rest/v1/todos", one, shape, string(one)); err != nil {
		return err
	}
	bulk := []byte("[" + strings.Repeat(`{"task":"bench"},`, 99) + `{"task":"bench"}]`)
	return b.both(ctx, out, "insert of 100 rows under RLS", "POST", "/rest/v1/todos", bulk, shape, string(bulk))
}

func (b *bench) calls(ctx context.Context, out io.Writer) error {
	body := []byte(`{"a":1,"b":2}`)
	return b.both(ctx, out, "rpc", "POST", "/rest/v1/rpc/bench_add", body,
		`{"op": "call", "schema": "public", "name": "bench_add", "lits": 1, "rpc": true, "args": ["a", "b"], "content": "json", "accept": ["*/*"], "body": {"lit": 1, "object": true},
		  "root": {"select": [{"name": "*"}]}}`, string(body))
}

// shapes asks in 40 ways, some far more often than others, each of which is new
// once, and reads from Server-Timing what it took to have the statement.
func (b *bench) shapes(_ context.Context, out io.Writer) error {
	const ways, requests = 40, 4000
	var cold, warm []time.Duration
	for n := range requests {
		way := n % ways
		if n >= ways && n%4 != 0 {
			way %= 5
		}
		path := fmt.Sprintf("/rest/v1/bench_teams?select=id,n%d:name,bench_boards(title,bench_cards(body))&order=id&id=eq.%d", way, n%50)
		_, timing, err := b.wires[0].timed(request("GET", b.host, path, b.users[0].AccessToken, b.apikey, nil), false)
		if err != nil {
			return err
		}
		plan, err := planOf(timing)
		if err != nil {
			return err
		}
		if n < ways {
			cold = append(cold, plan)
		} else {
			warm = append(warm, plan)
		}
	}
	slices.Sort(cold)
	slices.Sort(warm)
	found, _ := slices.BinarySearch(warm, cold[0]/2)
	fmt.Fprintf(out, "a new shape is compiled\t\t%s\t%s\t\t\t\n", ms(cold[len(cold)/2]), ms(cold[len(cold)*99/100]))
	fmt.Fprintf(out, "a known shape is found\t\t%s\t%s\t\t%.3f\tof all requests with %d shapes\n", ms(warm[len(warm)/2]), ms(warm[len(warm)*99/100]), float64(found)/requests, ways)
	return nil
}

// planOf is the plan's duration in Server-Timing.
func planOf(timing string) (time.Duration, error) {
	_, after, _ := strings.Cut(timing, "plan;dur=")
	text, _, _ := strings.Cut(after, ",")
	milliseconds, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("no Server-Timing in the answer: run through make bench (%q)", timing)
	}
	return time.Duration(milliseconds * float64(time.Millisecond)), nil
}
