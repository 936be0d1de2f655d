package realtime

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const notesSQL = `create table public.notes (id bigint primary key, owner uuid, body text, secret text);
grant select (id, owner, body) on public.notes to authenticated;
grant select on public.notes to service_role;
create policy own on public.notes for select to authenticated using (owner = (select auth.uid()));
select realtime.enable('public.notes')`

func dataOf(f frame) m {
	data, _ := f.payload["data"].(m)
	return data
}

func recordID(f frame) int {
	for _, part := range []string{"record", "old_record"} {
		if record, ok := dataOf(f)[part].(m); ok {
			if id, ok := record["id"].(float64); ok {
				return int(id)
			}
		}
	}
	return 0
}

func TestChangesGoToWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	n := b.node(nil, nil)
	ada, adaID, _ := b.user()
	bob, bobID, _ := b.user()
	one, two := n.dial(ada), n.dial(b.anon())
	one.mustJoin("realtime:x", changesOf("notes"))
	two.mustJoin("realtime:x", changesOf("notes"), bob) // the join's token counts, not the key's
	b.exec("insert into public.notes values (1, $1, 'a', 's'), (2, $2, 'b', 's')", adaID, bobID)
	f := one.event("postgres_changes")
	if recordID(f) != 1 || dataOf(f)["record"].(m)["secret"] != nil || len(dataOf(f)["columns"].([]any)) != 3 || f.ref != nil {
		t.Errorf("ada got %s", f.raw)
	}
	if f := two.event("postgres_changes"); recordID(f) != 2 || f.payload["cursor"] == nil {
		t.Errorf("bob got %s", f.raw)
	}
	b.exec("update public.notes set owner = $1 where id = 1", bobID) // out of ada's sight, into bob's
	if f := one.event("postgres_changes"); dataOf(f)["type"] != "DELETE" || dataOf(f)["record"] != nil || fmt.Sprint(dataOf(f)["old_record"]) != "map[id:1]" {
		t.Errorf("ada got %s", f.raw)
	}
	if f := two.event("postgres_changes"); dataOf(f)["type"] != "UPDATE" || recordID(f) != 1 {
		t.Errorf("bob got %s", f.raw)
	}
}

func TestTheReplyEchoesEntriesLetterForLetter(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	c := b.node(nil, nil).dial(b.service())
	const entries = `[{"event":"insert","schema":"public","table":"notes","filter":"id=in.(1,2)","x":null},{"table":"notes","event":"*"}]`
	text := `["1","1","realtime:x","phx_join",{"config":{"postgres_changes":` + entries + `}}]`
	if err := c.conn.WriteMessage(1, []byte(text)); err != nil {
		t.Fatal(err)
	}
	f := c.event("phx_reply")
	if !strings.Contains(string(f.raw), `{"event":"insert","schema":"public","table":"notes","filter":"id=in.(1,2)","x":null,"id":`) {
		t.Errorf("reply %s", f.raw)
	}
	c.event("system")
	b.exec("insert into public.notes values (2), (3)")
	if f := c.event("postgres_changes"); len(f.payload["ids"].([]any)) != 2 {
		t.Errorf("the row that both want: %s", f.raw)
	}
	if f := c.event("postgres_changes"); len(f.payload["ids"].([]any)) != 1 {
		t.Errorf("the row that one wants: %s", f.raw)
	}
}

func TestBadSubscriptionsAreTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL + `; create table public.plain (id int); grant select on public.plain to authenticated`)
	n := b.node(nil, nil)
	ada, _, _ := b.user()
	c := n.dial(ada)
	for i, entry := range []m{
		{"event": "*", "table": "plain"},
		{"event": "*", "table": "nowhere"},
		{"event": "*", "table": "notes", "filter": "id=eq.x"},
		{"event": "*", "table": "notes", "filter": "secret=eq.x"},
		{"event": "*", "table": "notes", "filter": "id=near.1"},
		{"event": "*", "table": "notes", "filter": "body=match.("},
		{"event": "*", "table": "notes", "filter": "id"},
		{"event": "*"},
		{"event": "*", "table": "notes", "filter": "body=is.true"},
		{"event": "*", "table": "notes", "filter": "id=in.1,2"},
		{"event": "*", "schema": "*", "filter": "id=eq.1"},
		{"event": "*", "table": "notes", "select": []string{"secret"}},
		{"event": "*", "table": "notes", "filter": "body=eq.x'; drop table public.notes; --,id=eq.1); drop table public.notes"},
	} {
		topic := fmt.Sprintf("realtime:%d", i)
		if f := c.join(topic, m{"postgres_changes": []m{entry}}); f.payload["status"] != "ok" {
			t.Errorf("%v: the join fails: %s", entry, f.raw)
		}
		f := c.event("system")
		if text, _ := f.payload["message"].(string); f.payload["status"] != "error" || !strings.HasPrefix(text, "Unable to subscribe to changes with given parameters.") {
			t.Errorf("%v: %s", entry, f.raw)
		}
	}
	waiting := m{"postgres_changes": []m{{"event": "*", "table": "plain"}}, "postgres_changes_options": m{"wait": true}}
	if f := c.join("realtime:waiting", waiting); f.payload["status"] != "error" || !strings.Contains(string(f.raw), "RealtimeDisabledForConfiguration: ") {
		t.Errorf("who waits for it is refused the join: %s", f.raw)
	}
	c.mustJoin("realtime:wild", m{"postgres_changes": []m{{"event": "*", "schema": "*"}}})
}

func TestFilters(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(`create table public.things (id int primary key, n int, s text, b boolean, d date); grant select on public.things to service_role;
select realtime.enable('public.things')`)
	n := b.node(nil, nil)
	rows := `(1, 1, 'abc', true, '2026-01-01'), (2, 5, 'a,b', false, null), (3, null, 'XBC', null, '2026-06-01'), (4, 9, null, true, 'infinity')`
	for filter, want := range map[string][]int{
		"n=eq.5": {2}, "n=neq.5": {1, 4}, "n=lt.5": {1}, "n=lte.5": {1, 2}, "n=gt.5": {4}, "n=gte.5": {2, 4}, "n=in.(1,9)": {1, 4},
		`s=in.("a,b",abc)`: {1, 2}, `s=eq."a,b"`: {2}, "s=like.a%": {1, 2}, "s=ilike.x%": {3}, "s=match.^a": {1, 2}, "s=imatch.^x": {3},
		"n=is.null": {3}, "n=not.is.null": {1, 2, 4}, "b=is.true": {1, 4}, "b=is.unknown": {3}, "b=not.is.true": {2, 3},
		"n=isdistinct.5": {1, 3, 4}, "n=not.isdistinct.5": {2}, "n=not.in.(1,5)": {4}, "s=not.like.a%": {3}, "n=gt.1,b=is.true": {4},
		"d=gt.2026-02-01": {3, 4}, " ": {1, 2, 3, 4}, "s=eq.a\\'b": nil,
	} {
		c := n.dial(b.service())
		c.mustJoin("realtime:f", m{"postgres_changes": []m{{"event": "INSERT", "table": "things", "filter": filter}}})
		c.mustJoin("realtime:end", m{"postgres_changes": []m{{"event": "DELETE", "table": "things"}}})
		b.exec("insert into public.things values " + rows)
		b.exec("delete from public.things where id = 1")
		var got []int
		c.await("the end", func(f frame) bool {
			if f.event == "postgres_changes" && f.topic == "realtime:f" {
				got = append(got, recordID(f))
			}
			return f.topic == "realtime:end" && f.event == "postgres_changes"
		})
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", filter, got, want)
		}
		b.exec("delete from public.things")
		_ = c.conn.Close()
	}
}

func TestWhatIsOddArrives(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(`create type public.mood as enum ('fine', 'sad');
create table public.odd (n numeric, at timestamptz, moods public.mood[], raw bytea, big bigint, doc json, twice bigint generated always as (big * 2) stored);
grant select on public.odd to service_role;
select realtime.enable('public.odd')`)
	c := b.node(nil, nil).dial(b.service())
	c.mustJoin("realtime:odd", changesOf("odd"))
	b.exec(`insert into public.odd values (12345678901234567890.5, 'infinity', '{fine,NULL}', '\x00ff', 9007199254740993, '{"a": [1]}')`)
	text := string(c.event("postgres_changes").raw)
	for _, part := range []string{
		`12345678901234567890.5`, `"infinity"`, `["fine", null]`, `"\\x00ff"`, `9007199254740993`, `18014398509481986`, `{"a": [1]}`,
		`{"name": "moods", "type": "_mood"}`, `"errors":null`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is not in %s", part, text)
		}
	}
	b.exec("insert into public.odd (raw) values (convert_to(repeat('x', 5000000), 'utf8'))")
	if f := c.event("postgres_changes"); len(f.raw) < 10_000_000 {
		t.Errorf("a row of 5 MB arrives as %d bytes", len(f.raw))
	}
	b.exec("truncate public.odd")
	if f := c.event("postgres_changes"); dataOf(f)["type"] != "TRUNCATE" {
		t.Errorf("%s", f.raw)
	}
	b.exec("insert into public.odd (big) select g from generate_series(1, 10001) g")
	if f := c.event("postgres_changes"); dataOf(f)["type"] != "REFETCH" {
		t.Errorf("%s", f.raw)
	}
	c.event("system")
}

func TestAPolicyThatRaisesHidesTheRowAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL + `; create policy odd on public.notes as restrictive for select to authenticated using (10 / id > 0)`)
	n := b.node(nil, nil)
	ada, id, _ := b.user()
	c := n.dial(ada)
	c.mustJoin("realtime:x", changesOf("notes"))
	b.exec("insert into public.notes values (1, $1, 'a', 's'), (0, $1, 'b', 's'), (2, $1, 'c', 's')", id)
	if first, second := recordID(c.event("postgres_changes")), recordID(c.event("postgres_changes")); first != 1 || second != 2 {
		t.Errorf("got %d and %d, want 1 and 2", first, second)
	}
}

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
	b.exec("select realtime.trim(_now => now() + interval '2 hours')")
	for _, since := range []string{cursor, "nonsense", "1/2:1:/3:4:"} {
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
