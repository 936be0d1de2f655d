package realtime

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The same rows, once and in their order for each writer, however often the
// client goes and comes back with its cursor while others write.
func TestResumeLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	n := b.node(nil, nil)
	const writers, each = 4, 150
	c := n.dial(b.service())
	c.mustJoin("realtime:x", changesOf("notes"))
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			conn, err := pgx.Connect(t.Context(), b.d.OwnerURL)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close(t.Context())
			for i := range each / 3 {
				tx, err := conn.Begin(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				for j := range 3 { // a transaction stays open over several statements
					if _, err := tx.Exec(t.Context(), "insert into public.notes (id) values ($1)", w*each+i*3+j+1); err != nil {
						t.Error(err)
					}
				}
				if err := tx.Commit(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var got []int
	timeout := time.After(4 * patience)
	reconnects := 0
	for len(got) < writers*each {
		select {
		case f, ok := <-c.frames:
			if !ok {
				t.Fatal("the socket closed")
			}
			if f.event == "system" && f.payload["status"] == "error" {
				t.Fatalf("%s", f.raw)
			}
			if f.event != "postgres_changes" {
				continue
			}
			got = append(got, recordID(f))
			if len(got)%37 == 0 {
				_ = c.conn.Close()
				c = n.dial(b.service())
				config := changesOf("notes")
				config["since"] = f.payload["cursor"]
				c.send("realtime:x", "phx_join", m{"config": config})
				reconnects++
			}
		case <-timeout:
			t.Fatalf("%d of %d rows arrived", len(got), writers*each)
		}
	}
	wait.Wait()
	b.exec("insert into public.notes (id) values (-1)") // whatever comes before it would be a double
	c.await("the end", func(f frame) bool {
		if f.event == "postgres_changes" && recordID(f) != -1 {
			got = append(got, recordID(f))
		}
		return f.event == "postgres_changes" && recordID(f) == -1
	})
	seen, last := map[int]bool{}, map[int]int{}
	for _, id := range got {
		w := (id - 1) / each
		if seen[id] || id <= last[w] {
			t.Fatalf("%d came twice or out of order", id)
		}
		seen[id], last[w] = true, id
	}
	if len(seen) != writers*each || reconnects < 10 {
		t.Errorf("%d rows, %d reconnects", len(seen), reconnects)
	}
}

func TestACursorThatIsTooOldIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	n := b.node(nil, nil)
	c := n.dial(b.service())
	cursor := c.mustJoin("realtime:x", changesOf("notes"))
	b.exec("insert into public.notes (id) values (1)")
	c.event("postgres_changes")
	for trimmed := false; !trimmed; { // the node may be at it, and then it is its turn
		b.exec("select realtime.trim(_now => now() + interval '2 hours')")
		if err := b.owner.QueryRow(t.Context(), "select not exists (select from realtime.changes)").Scan(&trimmed); err != nil {
			t.Fatal(err)
		}
	}
	for _, since := range []string{cursor, "nonsense", "1/2:1:/3:4:", "1/5:7:7/5:7:"} {
		late := n.dial(b.service())
		config := changesOf("notes")
		config["since"] = since
		late.mustJoin("realtime:x", config)
		if f := late.event("system"); f.payload["status"] != "error" || !strings.HasPrefix(f.payload["message"].(string), "Cursor too old") {
			t.Errorf("%s: %s", since, f.raw)
		}
		b.exec("insert into public.notes (id) values (2)")
		late.event("postgres_changes") // it goes on from now
		b.exec("delete from public.notes where id = 2")
	}
}

// A crash empties the unlogged tables and cuts every connection; the outbox stays.
func TestADatabaseThatCrashedLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	n := b.node(nil, nil)
	c := n.dial(b.service())
	c.mustJoin("realtime:x", changesOf("notes"))
	id := 0
	for range 3 {
		b.exec("begin; truncate realtime.nodes, realtime.sleepers, realtime.subscriptions")
		id++
		b.exec("insert into public.notes (id) values ($1)", id)
		b.exec("commit")
		b.exec("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
		id++
		b.exec("insert into public.notes (id) values ($1)", id)
		for want := id - 1; want <= id; want++ {
			if got := recordID(c.event("postgres_changes")); got != want {
				t.Fatalf("got %d, want %d", got, want)
			}
		}
	}
}

func TestASleepingNodeIsWoken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	n := b.node(nil, nil)
	c := n.dial(b.service())
	c.mustJoin("realtime:x", changesOf("notes"))
	deadline := time.Now().Add(patience)
	for asleep := false; !asleep; {
		if time.Now().After(deadline) {
			t.Fatal("the node does not go to sleep")
		}
		if err := b.owner.QueryRow(t.Context(), "select exists (select from realtime.sleepers)").Scan(&asleep); err != nil {
			t.Fatal(err)
		}
	}
	b.exec("listen howdah_realtime")
	b.exec("insert into public.notes (id) values (1)")
	if _, err := b.owner.WaitForNotification(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.event("postgres_changes")
}

func TestClaimsChangeOnTheOpenChannel(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	n := b.node(nil, nil)
	ada, adaID, session := b.user()
	c := n.dial(b.anon())
	// The key comes first, the user's token a moment later, as clients do it.
	b.exec("grant select on public.notes to anon")
	c.mustJoin("realtime:x", changesOf("notes"))
	c.send("realtime:x", "access_token", m{"access_token": ada})
	c.send("phoenix", "heartbeat", m{})
	c.await("the heartbeat", func(f frame) bool { return f.topic == "phoenix" })
	b.exec("insert into public.notes (id, owner) values (1, $1)", adaID)
	if f := c.event("postgres_changes"); recordID(f) != 1 {
		t.Errorf("%s", f.raw)
	}
	b.exec("delete from auth.sessions where id = $1", session)
	b.exec("insert into public.notes (id, owner) values (2, $1)", adaID)
	if f := c.await("the end", func(f frame) bool { return f.event == "postgres_changes" || f.event == "system" }); f.event != "system" {
		t.Errorf("after the logout: %s", f.raw)
	}
	c.event("phx_close")
}
