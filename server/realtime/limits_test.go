package realtime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"howdah/server/config"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	n := b.node(func(c *config.Realtime) {
		c.MaxSubsPerConn, c.MaxEventsPerSec, c.MaxPayload, c.PrivateOnly = 2, 5, 100, false
		c.MaxPresence = 2
	}, nil)
	c := n.dial(b.anon())
	for i, want := range []string{"ok", "ok", "error"} {
		if f := c.join(fmt.Sprintf("realtime:%d", i), m{"broadcast": m{"ack": true}}); f.payload["status"] != want {
			t.Errorf("join %d: %s", i, f.raw)
		}
	}
	ref := c.send("realtime:0", "broadcast", shout("big", strings.Repeat("x", 200)))
	if f := c.await("the refusal", func(f frame) bool { return f.ref == ref }); f.payload["status"] != "error" {
		t.Errorf("too large: %s", f.raw)
	}
	for range 6 {
		c.send("realtime:0", "broadcast", shout("x", m{}))
	}
	if f := c.event("system"); f.payload["message"] != "Too many messages per second" {
		t.Errorf("%s", f.raw)
	}
	c.event("phx_close")
	p := n.dial(b.anon())
	p.mustJoin("realtime:p", m{})
	for i := range 3 {
		p.send("realtime:p", "presence", m{"event": "track", "payload": m{"i": i}})
	}
	if f := p.event("system"); f.payload["message"] != "Client presence rate limit exceeded" {
		t.Errorf("%s", f.raw)
	}
	p.event("phx_close")
}

func TestATokensEndEndsItsChannel(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	n := b.node(nil, nil)
	c := n.dial(b.anon())
	if f := c.join("realtime:r", m{}, b.token(m{"role": "anon", "exp": time.Now().Add(-time.Second).Unix()})); !strings.Contains(string(f.raw), "InvalidJWTToken: Token has expired") {
		t.Errorf("%s", f.raw)
	}
	if f := c.join("realtime:r", m{}, "nonsense"); !strings.Contains(string(f.raw), "MalformedJWT") {
		t.Errorf("%s", f.raw)
	}
	for life := 2 * time.Second; ; life *= 2 { // long enough for this machine to join in
		f := c.join("realtime:r", m{}, b.token(m{"role": "anon", "exp": time.Now().Add(life).Unix()}))
		if f.payload["status"] == "ok" {
			break
		}
		if life > patience || !strings.Contains(string(f.raw), "Token has expired") {
			t.Fatalf("%s", f.raw)
		}
	}
	if f := c.event("system"); !strings.HasPrefix(f.payload["message"].(string), "Token has expired") {
		t.Errorf("%s", f.raw)
	}
	c.event("phx_close")
}

func TestASlowConsumerIsDroppedAndTheOthersAreNot(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	n := b.node(func(c *config.Realtime) { c.QueueSize = 50 }, nil)
	quick := n.dial(b.anon())
	quick.mustJoin("realtime:r", m{})
	conn, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(n.url, "http")+"/realtime/v1/websocket?apikey="+b.anon(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	defer conn.Close()
	if err := conn.WriteMessage(1, []byte(`["1","1","realtime:r","phx_join",{"config":{}}]`)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	// It reads no more. What the kernel takes is not ours to count: send until it is dropped.
	payload, _ := json.Marshal(strings.Repeat("x", 100_000))
	in := room{Topic: "r"}
	heard := 0
	for i := 0; ; i++ {
		members := 0
		n.s.rooms.each(in, func(*channel) { members++ })
		if members == 1 {
			break
		}
		if i > 20000 {
			t.Fatal("the slow socket stays")
		}
		n.s.fanOut(in, &cast{Event: "x", Payload: payload}, nil)
		quick.await("what is sent", isCast("x"))
		heard++
	}
	told := false
	for {
		_, frame, err := conn.ReadMessage()
		if err != nil {
			break
		}
		told = told || bytes.Contains(frame, []byte("The client reads too slowly"))
	}
	n.s.fanOut(in, &cast{Event: "y", Payload: payload}, nil)
	quick.await("the next", isCast("y"))
	if !told && heard < 50 {
		t.Error("it was not told why")
	}
}

func TestTheDemoPage(t *testing.T) {
	t.Parallel()
	n := newBench(t).node(nil, nil)
	if status, kind, _ := n.get("/realtime/v1/demo/chat"); status != http.StatusOK || !strings.HasPrefix(kind, "text/html") {
		t.Errorf("%d %s", status, kind)
	}
}

// An API key is its owner on sockets, too, within its scopes, until it is revoked.
func TestAPIKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	n := b.node(nil, nil)
	_, id, _ := b.user()
	text, key := b.ring.NewAPIKey()
	b.exec(`insert into auth.api_keys (name, prefix, key_hash, user_id, scopes) values ('k', $1, $2, $3, '{realtime:read}')`, key.Prefix, key.MAC, id)
	if _, got := n.tryDial(text[:len(text)-1]+"x", "2.0.0", nil); !strings.HasPrefix(got, "401") {
		t.Errorf("a wrong key: %s", got)
	}
	c := n.dial(text)
	c.mustJoin("realtime:r", m{"broadcast": m{"ack": true}, "postgres_changes": []m{{"event": "*", "table": "notes"}}})
	b.exec("insert into public.notes (id, owner) values (1, $1)", id)
	if f := c.event("postgres_changes"); recordID(f) != 1 {
		t.Errorf("%s", f.raw)
	}
	ref := c.send("realtime:r", "broadcast", shout("x", m{}))
	if f := c.await("the refusal", func(f frame) bool { return f.ref == ref }); f.payload["status"] != "error" {
		t.Errorf("it may read alone: %s", f.raw)
	}
	b.exec("update auth.api_keys set revoked_at = now()")
	c.event("phx_close")
}
