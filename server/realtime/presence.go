package realtime

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// presence is one tracked state of one connection. Its reference is its
// identity: states are never changed, one replaces another.
type presence struct {
	Key  string          `json:"key"`
	Ref  string          `json:"ref"`
	Prev string          `json:"prev,omitempty"`
	Meta json.RawMessage `json:"meta"` // the client's object without phx_ref and phx_ref_prev
}

// meta is the presence as clients see it.
func (p *presence) wire() json.RawMessage {
	b := append([]byte(`{"phx_ref":`), quote(p.Ref)...)
	if p.Prev != "" {
		b = append(append(b, `,"phx_ref_prev":`...), quote(p.Prev)...)
	}
	if rest := bytes.TrimPrefix(p.Meta, []byte("{")); len(rest) > 1 {
		b = append(append(b, ','), rest...)
		return b
	}
	return append(b, '}')
}

type metas struct {
	Metas []json.RawMessage `json:"metas"`
}

// byKey groups presences as presence_state and presence_diff show them.
func byKey(list []presence) map[string]*metas {
	out := map[string]*metas{}
	for i := range list {
		p := &list[i]
		if out[p.Key] == nil {
			out[p.Key] = &metas{}
		}
		out[p.Key].Metas = append(out[p.Key].Metas, p.wire())
	}
	return out
}

// presence answers track and untrack.
func (c *channel) presence(m *message) {
	s := c.socket.service
	if c.socket.presence.over(s.Config.MaxPresence, 30*time.Second) {
		c.shut("Client presence rate limit exceeded")
		return
	}
	var in struct {
		Event   string          `json:"event"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(m.Payload, &in); err != nil {
		c.socket.reply(m, "error", map[string]string{"reason": "Presence payload must be a map"})
		return
	}
	switch strings.ToLower(in.Event) {
	case "track":
		c.track(m, in.Payload)
	case "untrack":
		c.untrack()
		c.socket.reply(m, "ok", empty)
	default:
		c.socket.reply(m, "error", map[string]string{"reason": "Unknown presence event"})
	}
}

func (c *channel) track(m *message, payload []byte) {
	s := c.socket.service
	var fields map[string]json.RawMessage
	if json.Unmarshal(payload, &fields) != nil || fields == nil {
		c.socket.reply(m, "error", map[string]string{"reason": "Presence track payload must be a map"})
		return
	}
	if _, may := c.caller(); !may.WritePresence {
		c.socket.reply(m, "error", empty)
		return
	}
	delete(fields, "phx_ref")
	delete(fields, "phx_ref_prev")
	meta, err := json.Marshal(fields)
	if err != nil || len(meta) > s.Config.MaxPayload {
		c.socket.reply(m, "error", map[string]string{"reason": "Presence track payload is too large"})
		return
	}
	s.cluster.track(c, meta)
	c.socket.reply(m, "ok", empty)
	c.watch() // tracking switches presence on
}

func (c *channel) untrack() { c.socket.service.cluster.track(c, nil) }

// watch sends the state of the room, and lets its diffs follow.
func (c *channel) watch() {
	if _, may := c.caller(); may.ReadPresence {
		c.socket.service.cluster.watch(c)
	}
}
