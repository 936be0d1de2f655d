package realtime

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestPrivateChannels(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(channelPolicies)
	n := b.node(nil, nil)
	ada, adaID, session := b.user()
	c := n.dial(b.anon())
	private := m{"private": true, "broadcast": m{"ack": true, "self": true}}
	if f := c.join("realtime:lounge", private); !strings.Contains(string(f.raw), "Unauthorized: You do not have permissions to read from this Channel topic: lounge") {
		t.Errorf("anon: %s", f.raw)
	}
	if f := c.join("realtime:other", private, ada); f.payload["status"] != "error" {
		t.Errorf("another topic: %s", f.raw)
	}
	c.mustJoin("realtime:lounge", private, ada)
	public := n.dial(b.anon())
	public.mustJoin("realtime:lounge", m{})
	ref := c.send("realtime:lounge", "broadcast", shout("hush", m{"n": 1}))
	c.await("itself", isCast("hush"))
	c.await("the ack", func(f frame) bool { return f.ref == ref })
	ref = c.send("realtime:lounge", "presence", m{"type": "presence", "event": "track", "payload": m{}})
	if f := c.await("the refusal", func(f frame) bool { return f.ref == ref }); f.payload["status"] != "error" {
		t.Errorf("presence may not be written: %s", f.raw)
	}
	// From SQL, private by default; run as the user, whom the insert policy lets.
	b.exec("begin")
	b.exec("select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)", `{"sub":"`+adaID+`"}`)
	b.exec("select realtime.send('{\"by\": \"sql\"}', 'hush', 'lounge')")
	b.exec("commit")
	f := c.await("SQL's", isCast("hush"))
	if by := f.payload["payload"].(m); by["by"] != "sql" || by["id"] == nil || !strings.Contains(fmt.Sprint(f.payload["meta"]), by["id"].(string)) {
		t.Errorf("%s", f.raw)
	}
	b.exec("select realtime.send('{\"by\": \"sql\"}', 'loud', 'lounge', false)")
	public.await("the public one", func(f frame) bool {
		if isCast("hush")(f) {
			t.Errorf("the public room hears %s", f.raw)
		}
		return isCast("loud")(f)
	})
	// Losing the right to read ends the channel; so does the session's end.
	b.exec("drop policy lounge_read on realtime.messages")
	c.send("realtime:lounge", "access_token", m{"access_token": b.token(m{"role": "authenticated", "sub": adaID, "session_id": session, "x": 1})})
	if f := c.event("system"); !strings.Contains(string(f.raw), "You no longer have permission to read") {
		t.Errorf("%s", f.raw)
	}
	c.event("phx_close")
}

func TestReplay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(channelPolicies)
	n := b.node(nil, nil)
	ada, _, _ := b.user()
	for i := range 4 {
		b.exec("insert into realtime.messages (topic, extension, event, payload, private, inserted_at) values ('lounge', 'broadcast', 'old', $1, true, now() - $2 * interval '1 minute')",
			fmt.Sprintf(`{"n":%d}`, i), 10-i)
	}
	c := n.dial(ada)
	if f := c.join("realtime:lounge", m{"broadcast": m{"replay": m{"since": 0}}}); !strings.Contains(string(f.raw), "UnableToReplayMessages") {
		t.Errorf("%s", f.raw)
	}
	c.mustJoin("realtime:lounge", m{"private": true, "broadcast": m{"replay": m{"since": time.Now().Add(-time.Hour).UnixMilli(), "limit": 2}}})
	for want := 2; want < 4; want++ {
		f := c.await("a replay", isCast("old"))
		if fmt.Sprint(f.payload["payload"]) != fmt.Sprintf("map[n:%d]", want) || !strings.Contains(fmt.Sprint(f.payload["meta"]), `"replayed":true`) {
			t.Errorf("%s %v", f.raw, f.payload)
		}
	}
	// What is sent with persist is there for the next one.
	c.mustJoin("realtime:lounge", m{"private": true, "broadcast": m{"ack": true}})
	if err := c.conn.WriteMessage(websocket.BinaryMessage, pushFrame([5]string{"1", "kept", "realtime:lounge", "kept", `{"persist":true}`}, 1, `{"k":1}`)); err != nil {
		t.Fatal(err)
	}
	c.await("the ack", func(f frame) bool { return f.ref == "kept" && f.payload["status"] == "ok" })
	late := n.dial(ada)
	late.mustJoin("realtime:lounge", m{"private": true, "broadcast": m{"replay": m{"since": 0, "limit": 25}}})
	late.await("the kept one", isCast("kept"))
}
