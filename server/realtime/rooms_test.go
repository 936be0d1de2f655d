package realtime

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"howdah/server/config"
)

const channelPolicies = `create policy lounge_read on realtime.messages for select to authenticated
  using (realtime.topic() = 'lounge' and (extension = 'broadcast' or (select auth.jwt() ->> 'email') is null));
create policy lounge_write on realtime.messages for insert to authenticated with check (topic = 'lounge' and extension = 'broadcast')`

func isCast(event string) func(frame) bool {
	return func(f frame) bool { return f.event == "broadcast" && f.payload["event"] == event }
}

func shout(event string, payload any) m {
	return m{"type": "broadcast", "event": event, "payload": payload}
}

func TestTheHandshake(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	n := b.node(func(c *config.Realtime) { c.MaxConnections, c.Origins = 2, []string{"https://app.example.com"} }, nil)
	text := b.anon()
	for name, test := range map[string]struct {
		key    string
		header http.Header
		want   string
	}{
		"nonsense":       {"x", nil, `401 {"error":"The token provided is not a valid JWT"}`},
		"expired":        {b.token(m{"role": "anon", "exp": time.Now().Add(-time.Minute).Unix()}), nil, `401 {"error":"Token has expired"}`},
		"no role":        {b.token(m{"sub": "x"}), nil, "401 {\"error\":\"Fields `role` and `exp` are required in JWT\"}"},
		"forged":         {text[:len(text)-8] + "AAAAAAAA", nil, `401 {"error":"Failed to validate JWT signature"}`},
		"foreign origin": {b.anon(), http.Header{"Origin": {"https://evil.example.com"}}, "403 Forbidden"},
	} {
		if _, got := n.tryDial(test.key, "2.0.0", test.header); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if status, _, body := n.get("/realtime/v1/websocket"); status != http.StatusUnauthorized || !strings.Contains(body, "API key is missing") {
		t.Errorf("no key: %d %s", status, body)
	}
	n.dial("") // a blank key is anon's
	n.dial(b.anon())
	if _, got := n.tryDial(b.anon(), "2.0.0", nil); got != `429 {"error":"Too many connected users"}` {
		t.Errorf("one too many: %s", got)
	}
}

func TestOddFramesDoNoHarm(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := b.node(nil, nil).dial(b.anon())
	for _, raw := range []string{"", "{", "[]", "[1,2,3,4,5]", `["1","x","realtime:x","phx_join",7]`, `["1","y","realtime:x","no_such",{}]`, strings.Repeat("[", 100000)} {
		for _, kind := range []int{websocket.TextMessage, websocket.BinaryMessage} {
			if err := c.conn.WriteMessage(kind, []byte(raw)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, topic := range []string{"nowhere", "realtime:", "realtime:not-joined"} {
		ref := c.send(topic, "broadcast", m{})
		if f := c.await("the refusal", func(f frame) bool { return f.ref == ref }); !strings.Contains(string(f.raw), `"unmatched topic"`) {
			t.Errorf("%s", f.raw)
		}
	}
	ref := c.send("phoenix", "heartbeat", m{})
	if f := c.await("the heartbeat", func(f frame) bool { return f.ref == ref }); f.joinRef != "1" || f.payload["status"] != "ok" {
		t.Errorf("%s", f.raw)
	}
}

func TestBroadcastBetweenVersions(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	n := b.node(nil, nil)
	old, refused := n.tryDial(b.anon(), "1.0.0", nil)
	if old == nil {
		t.Fatal(refused)
	}
	if err := old.conn.WriteMessage(1, []byte(`{"topic":"realtime:r","event":"phx_join","payload":{"config":{"broadcast":{"self":true,"ack":true}}},"ref":"1","join_ref":"1"}`)); err != nil {
		t.Fatal(err)
	}
	old.event("phx_reply")
	now := n.dial(b.anon())
	now.mustJoin("realtime:r", m{"broadcast": m{"ack": true}})
	if err := now.conn.WriteMessage(websocket.BinaryMessage, pushFrame([5]string{"1", "9", "realtime:r", "e", ""}, 1, `{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	if f := now.await("the ack", func(f frame) bool { return f.ref == "9" }); f.payload["status"] != "ok" {
		t.Errorf("%s", f.raw)
	}
	if f := old.await("it", isCast("e")); fmt.Sprint(f.payload["payload"]) != "map[a:1]" || f.payload["type"] != "broadcast" {
		t.Errorf("v1 got %s", f.raw)
	}
	if err := old.conn.WriteMessage(1, []byte(`{"topic":"realtime:r","event":"broadcast","payload":{"type":"broadcast","event":"f","payload":null},"ref":"3","join_ref":"1"}`)); err != nil {
		t.Fatal(err)
	}
	if f := now.await("it", isCast("f")); !f.binary || fmt.Sprint(f.payload["payload"]) != "map[]" {
		t.Errorf("v2 got %s", f.raw)
	}
	old.await("its own", isCast("f"))
	if err := now.conn.WriteMessage(websocket.BinaryMessage, pushFrame([5]string{"1", "10", "realtime:r", "bytes", ""}, 0, "\x00\xff")); err != nil {
		t.Fatal(err)
	}
	now.send("realtime:r", "broadcast", m{"type": "broadcast", "event": "last", "payload": m{}, "more": 7, "ids": []int{1}})
	f := old.await("the last", func(f frame) bool { return isCast("last")(f) || isCast("bytes")(f) })
	if f.payload["event"] != "last" || f.payload["more"] != float64(7) || f.payload["ids"] != nil {
		t.Errorf("v1 got %s", f.raw)
	}
}

func TestLeavingAndJoiningAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := b.node(nil, nil).dial(b.anon())
	c.mustJoin("realtime:r", m{})
	ref := c.send("realtime:r", "phx_join", m{"config": m{}})
	if f := c.event("phx_close"); f.ref != "1" || f.joinRef != "1" {
		t.Errorf("the old channel: %s", f.raw)
	}
	c.await("the new one", func(f frame) bool { return f.ref == ref && f.payload["status"] == "ok" })
	ref = c.send("realtime:r", "phx_leave", m{})
	c.await("the reply", func(f frame) bool { return f.ref == ref })
	if f := c.event("phx_close"); f.ref != "1" {
		t.Errorf("%s", f.raw)
	}
	c.send("realtime:r", "broadcast", shout("x", m{}))
	if f := c.event("phx_reply"); f.payload["status"] != "error" {
		t.Errorf("%s", f.raw)
	}
}

func TestHTTPBroadcast(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(channelPolicies)
	n := b.node(nil, nil)
	ada, _, _ := b.user()
	c := n.dial(ada)
	c.mustJoin("realtime:r ö/1", m{})
	post := func(path, kind, bearer, body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.url+"/realtime/v1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		if bearer != "" {
			req.Header.Set("Authorization", "Bearer "+bearer)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var out bytes.Buffer
		_, _ = out.ReadFrom(res.Body)
		return res.StatusCode, strings.TrimSpace(out.String())
	}
	const js, bin = "application/json", "application/octet-stream"
	for _, test := range []struct {
		path, kind, bearer, body string
		status                   int
		answer                   string
	}{
		{"/api/broadcast", js, "", `{"messages":[]}`, 401, `{"message":"Unauthorized"}`},
		{"/api/broadcast", js, ada, `{"messages":[{"topic":"r","event":"e"}]}`, 422, `{"errors":{"messages":[{"payload":["can't be blank"]}]}}`},
		{"/api/broadcast", js, ada, `{"messages":[{"topic":"r ö/1","event":"batch","payload":{"n":1}}]}`, 202, ""},
		{"/api/broadcast", js, ada, `{"messages":[{"topic":"secret","event":"batch","payload":{},"private":true}]}`, 202, ""},
		{"/api/broadcast", js, ada, `{`, 422, `{"errors":{"messages":["is invalid"]}}`},
		{"/api/broadcast/r%20%C3%B6%2F1/events/one%2Ftwo", js, ada, `[1]`, 202, ""},
		{"/api/broadcast/r%20%C3%B6%2F1/events/bytes", bin, ada, "\x00\xff", 202, ""},
		{"/api/broadcast/r/events/e", "text/plain", ada, "x", 415, ""},
		{"/api/broadcast/r/events/e", js, ada, "{", 422, ""},
		{"/api/broadcast/secret/events/e?private=true", js, ada, "{}", 403, `{"message":"Unauthorized"}`},
		{"/api/broadcast/lounge/events/e?private=true", js, ada, "{}", 202, ""},
		{"/broadcast/r%20%C3%B6%2F1", js, ada, `{"event":"seed","payload":{"n":2}}`, 202, ""},
		{"/broadcast/secret", js, ada, `{"event":"seed","payload":{},"private":true}`, 403, ""},
		{"/broadcast/r", js, ada, `{"payload":{}}`, 422, ""},
		{"/broadcast/r", js, "", `{"event":"e","payload":{}}`, 401, ""},
	} {
		status, answer := post(test.path, test.kind, test.bearer, test.body)
		if status != test.status || test.answer != "" && answer != test.answer || test.status == 202 && answer != "" {
			t.Errorf("%s %s: %d %s", test.path, test.body, status, answer)
		}
	}
	for _, event := range []string{"batch", "one/two", "bytes", "seed"} {
		c.await(event, isCast(event))
	}
}
