package realtime

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
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
		{"event": "*", "table": "notes", "filter": `body=match.^(a*)(a*)\\1\\2$`},
		{"event": "*", "table": "notes", "filter": "body=imatch.(?=a)b"},
		{"event": "*", "table": "notes", "filter": "id"},
		{"event": "*"},
		{"event": "*", "table": "notes\x00"},
		{"event": "*", "schema": "\x00"},
		{"event": "*", "table": "notes", "filter": "body=eq.\x00"},
		{"event": "*", "table": "notes", "filter": "id\x00=eq.1"},
		{"event": "*", "table": "notes", "filter": json.RawMessage(`"body=eq.\ud800"`), "select": []string{"\x00"}},
		{"event": "*", "table": strings.Repeat("n", 100000)},
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
	if f := c.join("realtime:private\x00", m{"private": true}); f.payload["status"] != "error" {
		t.Errorf("a topic that no policy can be asked about: %s", f.raw)
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

// What a filter leans on may go while it is subscribed: its listener hears
// nothing, and nobody else is the worse for it.
func TestAFilterThatBreaksHurtsNobodyElse(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(`create table public.things (id int primary key, n text, gone int, flag boolean); grant select on public.things to service_role;
select realtime.enable('public.things')`)
	n := b.node(nil, nil)
	c := n.dial(b.service())
	for topic, filter := range map[string]string{"type": "n=eq.abc", "dropped": "gone=eq.1", "is": "flag=is.true", "none": ""} {
		c.mustJoin("realtime:"+topic, m{"postgres_changes": []m{{"event": "*", "table": "things", "filter": filter}}})
	}
	b.exec(`alter table public.things drop column gone, alter column n type int using 1, alter column flag type int using 1`)
	b.exec("insert into public.things values (1, 2, 3)")
	if f := c.event("postgres_changes"); f.topic != "realtime:none" || recordID(f) != 1 {
		t.Errorf("%s", f.raw)
	}
}
