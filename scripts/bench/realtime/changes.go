package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const changesTable = `drop table if exists public.bench_rows;
create table public.bench_rows (id bigint primary key, bucket int not null, body text);
alter table public.bench_rows enable row level security;
grant select on public.bench_rows to authenticated;
create policy fifth on public.bench_rows for select to authenticated using (bucket = (select (auth.jwt() ->> 'bucket')::int));
select realtime.enable('public.bench_rows')`

const usersSQL = `with u as (insert into auth.users (email) select 'bench-' || gen_random_uuid() || '@example.test' from generate_series(1, $1) returning id)
insert into auth.sessions (user_id) select id from u returning user_id::text, id::text`

// tokens are of distinct users with living sessions; each sees one row in five.
func (b *bench) tokens(ctx context.Context, n int) ([]string, error) {
	rows, err := b.pool.Query(ctx, usersSQL, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var user, session string
		if err := rows.Scan(&user, &session); err != nil {
			return nil, err
		}
		claims, err := json.Marshal(map[string]any{
			"sub": user, "session_id": session, "role": "authenticated", "aud": "authenticated", "exp": time.Now().Add(time.Hour).Unix(),
			"bucket": len(out) % 5, "email": "somebody@example.test", "app_metadata": map[string]any{"provider": "email", "providers": []string{"email"}},
		})
		if err != nil {
			return nil, err
		}
		text, err := b.ring.Sign(claims)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}

func (b *bench) changes(ctx context.Context) error {
	if err := b.exec(ctx, changesTable); err != nil {
		return err
	}
	for _, load := range []struct{ users, rate int }{{500, 100}, {500, 400}, {1000, 100}, {1000, 400}} {
		if err := b.changesTo(ctx, load.users, load.rate); err != nil {
			return err
		}
	}
	return nil
}

// changesTo writes at a rate for four seconds, a row a transaction.
func (b *bench) changesTo(ctx context.Context, users, rate int) error {
	tokens, err := b.tokens(ctx, users)
	if err != nil {
		return err
	}
	conns, err := dial(b.url, b.key, users, func(i int, c *websocket.Conn) error {
		return join("rows", `{"postgres_changes":[{"event":"*","schema":"public","table":"bench_rows"}]}`, `,"access_token":"`+tokens[i]+`"`, 2)(i, c)
	})
	defer closeAll(conns)
	if err != nil {
		return err
	}
	n := rate * 4
	committed := make([]atomic.Int64, n)
	var late struct {
		sync.Mutex
		all []time.Duration
	}
	var got atomic.Int64
	for _, c := range conns {
		go func() {
			var mine []time.Duration
			defer func() {
				late.Lock()
				late.all = append(late.all, mine...)
				late.Unlock()
			}()
			for {
				_, frame, err := c.ReadMessage()
				if err != nil {
					return
				}
				_, after, ok := bytes.Cut(frame, []byte(`"record":{ "id" : `))
				if !ok {
					continue
				}
				end := bytes.IndexByte(after, ',')
				id, err := strconv.Atoi(string(after[:end]))
				if err != nil {
					return
				}
				now := time.Now().UnixNano()
				if at := committed[id%n].Load(); at != 0 {
					mine = append(mine, time.Duration(now-at))
				} else {
					mine = append(mine, 0) // it came before the writer knew that it had committed
				}
				got.Add(1)
			}
		}()
	}
	base := int(time.Now().Unix()) * n
	start := time.Now()
	var wait sync.WaitGroup
	errs := make(chan error, 4)
	for w := range 4 {
		wait.Go(func() {
			for i := w; i < n; i += 4 {
				time.Sleep(time.Until(start.Add(time.Duration(i) * time.Second / time.Duration(rate))))
				if err := b.exec(ctx, `insert into public.bench_rows values ($1, $2, 'some text of a row, as rows have it')`, base+i, i%5); err != nil {
					errs <- err
					return
				}
				committed[i].Store(time.Now().UnixNano())
			}
		})
	}
	wait.Wait()
	select {
	case err := <-errs:
		return err
	default:
	}
	wrote := time.Since(start)
	want := int64(n / 5 * users)
	for deadline := time.Now().Add(20 * time.Second); got.Load() < want && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	lag := time.Since(start) - wrote
	closeAll(conns)
	time.Sleep(200 * time.Millisecond)
	if got.Load() != want {
		return fmt.Errorf("%d of %d deliveries came", got.Load(), want)
	}
	late.Lock()
	defer late.Unlock()
	fmt.Fprintf(b.out, "%d users, 1 row in 5 visible, %.0f writes/s\t%.0f deliveries/s\tp50 %s\tp99 %s\tthe last %s after the last write\n",
		users, float64(n)/wrote.Seconds(), float64(want)/(wrote+lag).Seconds(), ms(percentile(late.all, 50)), ms(percentile(late.all, 99)), ms(lag))
	return nil
}

// checks asks the database alone: how fast it judges 100 changes for 1,000 users.
func (b *bench) checks(ctx context.Context) error {
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	const node = "00000000-0000-4000-8000-0000000000be"
	for _, sql := range []string{
		`insert into realtime.nodes (id) values ('` + node + `') on conflict do nothing`,
		`insert into realtime.subscriptions (node, id, role, claims, schema_name, table_name, event)
select '` + node + `', g, 'authenticated', json_build_object('sub', gen_random_uuid(), 'role', 'authenticated', 'bucket', g % 5, 'n', g,
  'app_metadata', '{"provider":"email"}'::json), 'public', 'bench_rows', '*' from generate_series(1, 1000) g on conflict do nothing`,
		`analyze realtime.subscriptions`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	defer b.exec(ctx, `delete from realtime.nodes where id = '`+node+`'`) //nolint:errcheck // the cluster is thrown away
	var best [2]time.Duration
	for i, n := range []int{100, 1} {
		var place string
		if err := conn.QueryRow(ctx, `select pg_current_snapshot()::text`).Scan(&place); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, `insert into public.bench_rows select $1 + g, g % 5, 'some text' from generate_series(1, $2) g`, -1000*(i+1), n); err != nil {
			return err
		}
		for range 7 {
			start := time.Now()
			if _, err := conn.Exec(ctx, `set role authenticator`); err != nil {
				return err
			}
			_, err := conn.Exec(ctx, `select count(*) from realtime.changes_since(_node => $1, _prev => $2)`, node, place)
			took := time.Since(start)
			if _, reset := conn.Exec(ctx, `reset role`); err != nil || reset != nil {
				return errors.Join(err, reset)
			}
			if best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	fmt.Fprintf(b.out, "judging 100 changes for 1000 users\t%.0f checks/s\t%s a batch\tone change: %s, %.1f µs a user\n",
		100_000/best[0].Seconds(), ms(best[0]), ms(best[1]), float64(best[1].Microseconds())/1000)
	return nil
}
