package realtime

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// counting answers every query with the ids of the notes, and counts.
func (b *bench) counting(runs *atomic.Int64) http.Handler {
	const idsSQL = `select coalesce(json_agg(json_build_object('id', n.id) order by n.id), '[]')::text from public.notes n`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		runs.Add(1)
		conn, err := pgx.Connect(r.Context(), b.d.OwnerURL)
		var ids string
		if err == nil {
			defer conn.Close(r.Context())
			err = conn.QueryRow(r.Context(), idsSQL).Scan(&ids)
		}
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte(ids))
	})
}

func TestALiveQueryRunsOnceForAllWhoAskTheSame(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL + `; create table public.others (id int primary key); grant select on public.others to service_role; select realtime.enable('public.others')`)
	var runs atomic.Int64
	n := b.node(nil, b.counting(&runs))
	key := b.service()
	const many = 200
	clients := make([]*client, many)
	for i := range clients {
		clients[i] = n.dial(key)
		clients[i].send("realtime:live", "phx_join", m{"config": m{"query": "/notes?select=id&order=id"}})
	}
	for _, c := range clients {
		c.event("live_state")
	}
	// A look that was due already may fall into one try, but not into each.
	fewest := int64(many)
	for try := 1; try <= 3; try++ {
		before := runs.Load()
		b.exec("insert into public.notes (id) values ($1)", try)
		for _, c := range clients {
			f := c.event("live_diff")
			if fmt.Sprint(f.payload["ops"]) != fmt.Sprintf("[[+ %d map[id:%d]]]", try-1, try) || f.payload["version"] != float64(try+1) {
				t.Fatalf("%s", f.raw)
			}
		}
		fewest = min(fewest, runs.Load()-before)
	}
	if fewest != 1 {
		t.Errorf("one change ran the query %d times for %d who asked it", fewest, many)
	}
	// A change of a table that the query does not read runs nothing.
	other := n.dial(key)
	other.mustJoin("realtime:others", changesOf("others"))
	fewest = many
	for try := 1; try <= 3; try++ {
		before := runs.Load()
		for i := range 3 {
			b.exec("insert into public.others values ($1)", 10*try+i)
			other.event("postgres_changes")
		}
		b.exec("insert into public.notes (id) values ($1)", 10*try)
		clients[0].event("live_diff")
		fewest = min(fewest, runs.Load()-before)
	}
	if fewest != 1 {
		t.Errorf("four changes, one of them of the table, ran the query %d times", fewest)
	}
	for _, c := range clients {
		_ = c.conn.Close()
	}
}

func TestALiveQueryFollowsTheCaller(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	var runs atomic.Int64
	n := b.node(nil, b.counting(&runs))
	one, two := n.dial(b.anon()), n.dial(b.anon())
	for _, c := range []*client{one, two} {
		c.mustJoin("realtime:live", m{"query": "/notes?select=id"})
		c.event("live_state")
	}
	ada, _, _ := b.user()
	one.send("realtime:live", "access_token", m{"access_token": ada})
	one.send("phoenix", "heartbeat", m{})
	one.await("the heartbeat", func(f frame) bool { return f.topic == "phoenix" })
	b.exec("insert into public.notes (id) values (7)")
	for _, c := range []*client{one, two} {
		if f := c.event("live_diff"); f.payload["version"] != float64(2) {
			t.Errorf("what the channel holds is kept: %s", f.raw)
		}
	}
}
