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
)

// client is a socket of a test.
type client struct {
	t      testing.TB
	conn   *websocket.Conn
	frames chan frame
	ref    int
}

type frame struct {
	binary  bool
	raw     []byte
	joinRef any
	ref     any
	topic   string
	event   string
	payload map[string]any
}

func (n *node) dial(key string) *client {
	n.b.t.Helper()
	c, refused := n.tryDial(key, "2.0.0", nil)
	if c == nil {
		n.b.t.Fatal(refused)
	}
	return c
}

// tryDial answers a client, or the status and body of the refusal.
func (n *node) tryDial(key, vsn string, header http.Header) (*client, string) {
	n.b.t.Helper()
	conn, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(n.url, "http")+"/realtime/v1/websocket?vsn="+vsn+"&apikey="+key, header)
	if res == nil {
		n.b.t.Fatal(err)
	}
	defer res.Body.Close()
	if err != nil {
		var body bytes.Buffer
		_, _ = body.ReadFrom(res.Body)
		return nil, fmt.Sprint(res.StatusCode, " ", strings.TrimSpace(body.String()))
	}
	c := &client{t: n.b.t, conn: conn, frames: make(chan frame, 100000)}
	n.b.t.Cleanup(func() { _ = conn.Close() })
	go c.read()
	return c, ""
}

func (c *client) read() {
	defer close(c.frames)
	for {
		kind, raw, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		f := frame{binary: kind == websocket.BinaryMessage, raw: raw}
		var list []json.RawMessage
		switch {
		case f.binary:
			topic, event, meta := int(raw[1]), int(raw[2]), int(raw[3])
			f.topic, f.event = string(raw[5:5+topic]), "broadcast"
			f.payload = map[string]any{"event": string(raw[5+topic : 5+topic+event]), "encoding": float64(raw[4])}
			var p any
			if body := raw[5+topic+event+meta:]; raw[4] == 1 && json.Unmarshal(body, &p) == nil {
				f.payload["payload"] = p
			} else {
				f.payload["payload"] = string(body)
			}
			if meta > 0 {
				f.payload["meta"] = string(raw[5+topic+event : 5+topic+event+meta])
			}
		case json.Unmarshal(raw, &list) == nil && len(list) == 5:
			_ = json.Unmarshal(list[0], &f.joinRef)
			_ = json.Unmarshal(list[1], &f.ref)
			_ = json.Unmarshal(list[2], &f.topic)
			_ = json.Unmarshal(list[3], &f.event)
			_ = json.Unmarshal(list[4], &f.payload)
		default:
			var m struct {
				Topic, Event string
				Payload      map[string]any
				Ref          any
			}
			_ = json.Unmarshal(raw, &m)
			f.topic, f.event, f.payload, f.ref = m.Topic, m.Event, m.Payload, m.Ref
		}
		c.frames <- f
	}
}

func (c *client) send(topic, event string, payload any) string {
	c.t.Helper()
	c.ref++
	ref := fmt.Sprint(c.ref)
	text, err := json.Marshal([]any{"1", ref, topic, event, payload})
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.conn.WriteMessage(websocket.TextMessage, text); err != nil {
		c.t.Fatal(err)
	}
	return ref
}

// patience bounds waits that end as soon as what they wait for is there.
const patience = 45 * time.Second

// await reads until a frame is like what is wanted.
func (c *client) await(what string, like func(frame) bool) frame {
	c.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case f, ok := <-c.frames:
			if !ok {
				c.t.Fatalf("the socket closed before %s", what)
			}
			if like(f) {
				return f
			}
		case <-timeout:
			c.t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (c *client) event(name string) frame {
	c.t.Helper()
	return c.await(name, func(f frame) bool { return f.event == name })
}

type m = map[string]any

// join joins and answers the reply.
func (c *client) join(topic string, config m, more ...string) frame {
	c.t.Helper()
	payload := m{"config": config}
	if len(more) > 0 {
		payload["access_token"] = more[0]
	}
	ref := c.send(topic, "phx_join", payload)
	return c.await("the reply", func(f frame) bool { return f.event == "phx_reply" && f.ref == ref })
}

// mustJoin joins, and waits for the system event if changes are asked for.
func (c *client) mustJoin(topic string, config m, more ...string) (cursor string) {
	c.t.Helper()
	if f := c.join(topic, config, more...); f.payload["status"] != "ok" {
		c.t.Fatalf("join: %s", f.raw)
	}
	if config["postgres_changes"] == nil {
		return ""
	}
	f := c.event("system")
	if f.payload["status"] != "ok" {
		c.t.Fatalf("subscribe: %s", f.raw)
	}
	cursor, _ = f.payload["cursor"].(string)
	return cursor
}

func changesOf(table string) m {
	return m{"postgres_changes": []m{{"event": "*", "schema": "public", "table": table}}}
}
