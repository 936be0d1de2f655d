package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"
)

const setUpNotesSQL = `create table public.notes (id int primary key);
grant select on public.notes to service_role;
select realtime.enable('public.notes')`

// told is the id of a change, and the place in the outbox after it.
type told struct {
	id     int
	cursor any
}

// listener hears of notes, and comes back by its cursor when its socket ends.
type listener struct {
	url, key string
	cursor   any
	rejoined int
}

// listen sends what it hears until ctx ends.
func (l *listener) listen(ctx context.Context, heard chan<- told) error {
	for ; ctx.Err() == nil; l.rejoined++ {
		conn, res, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(l.url, "http")+"/realtime/v1/websocket?vsn=2.0.0&apikey="+l.key, nil)
		if res != nil {
			_ = res.Body.Close()
		}
		if err != nil {
			continue // the server cannot ask the database now
		}
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		err = l.hear(conn, heard)
		stop()
		_ = conn.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// hear answers nil when the socket ends or a join is to be tried again.
func (l *listener) hear(conn *websocket.Conn, heard chan<- told) error {
	config := map[string]any{"postgres_changes": []map[string]any{{"event": "INSERT", "schema": "public", "table": "notes"}}}
	if l.cursor != nil {
		config["since"] = l.cursor
	}
	if err := conn.WriteJSON([]any{"1", "1", "realtime:notes", "phx_join", map[string]any{"config": config}}); err != nil {
		return nil //nolint:nilerr // the socket ended
	}
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return nil //nolint:nilerr // the socket ended
		}
		var frame []json.RawMessage
		var event string
		var payload struct {
			Status string
			Cursor any
			Data   struct{ Record struct{ ID int } }
		}
		if err := json.Unmarshal(raw, &frame); err != nil || len(frame) != 5 || json.Unmarshal(frame[3], &event) != nil || json.Unmarshal(frame[4], &payload) != nil {
			return fmt.Errorf("a frame of another kind: %s", raw)
		}
		switch event {
		case "postgres_changes":
			l.cursor = payload.Cursor
			heard <- told{payload.Data.Record.ID, payload.Cursor}
		case "phx_reply", "system":
			if payload.Status == "error" {
				return nil // refused while the database is down
			}
		case "phx_close", "phx_error":
			return nil
		}
	}
}

// PostgreSQL is killed twice while rows are written and a subscriber listens:
// each row that was committed arrives once, in order.
func TestSubscribersMissNothingWhenPostgresIsKilled(t *testing.T) {
	t.Parallel()
	const rows = 1500
	c := newCrashSite(t, setUpNotesSQL)
	c.p.start()
	t.Cleanup(c.p.stopAndReset)
	_, keys, _ := strings.Cut(c.howdah("keys", "--env"), "SERVICE_KEY=")
	key, _, _ := strings.Cut(keys, "\n")
	l := &listener{url: c.p.url, key: strings.Trim(key, `'"; `)}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	heard, ended := make(chan told), make(chan error, 1)
	go func() { ended <- l.listen(ctx, heard) }()
	c.do(`insert into public.notes values (0)`)
	for { // until the subscription stands, nothing is promised
		c.do(`delete from public.notes; insert into public.notes values (0)`)
		select {
		case <-heard:
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(100 * time.Millisecond):
			continue
		}
		break
	}
	c.do(`insert into public.notes values (1)`)
	for first := range heard {
		if first.id == 1 {
			break
		}
	}
	go c.write(ctx, 2, rows)
	for want := 2; want <= rows; want++ {
		select {
		case got := <-heard:
			if got.id != want {
				t.Fatalf("heard of %d in the place of %d", got.id, want)
			}
		case err := <-ended:
			t.Fatalf("after %d: %v", want, err)
		case <-ctx.Done():
			t.Fatalf("%d of %d rows arrived", want-1, rows)
		}
		if want == rows/3 || want == 2*rows/3 {
			c.killPostgres()
		}
	}
	t.Logf("%d joins", l.rejoined+1)
}

// write inserts notes one by one, again until each is there.
func (c *crashSite) write(ctx context.Context, from, to int) {
	var conn *pgx.Conn
	for id := from; id <= to && ctx.Err() == nil; {
		var err error
		if conn == nil || conn.IsClosed() {
			if conn, err = pgx.Connect(ctx, c.owner); err != nil {
				conn = nil
				continue
			}
		}
		// A commit whose answer was lost is found by the next try.
		if _, err = conn.Exec(ctx, `insert into public.notes values ($1) on conflict do nothing`, id); err == nil {
			id++
		}
	}
	if conn != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
	}
}
