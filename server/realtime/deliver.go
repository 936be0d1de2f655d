package realtime

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
)

// delivery is a change on its way to one channel.
type delivery struct {
	subs []*subscription
	xid  uint64
	kind string
	data []byte
	at   string // its cursor
}

// deliver hands an event to those it is for.
func (f *feed) deliver(ctx context.Context, e *event, at cursor) {
	switch e.Kind {
	case "MESSAGE":
		f.service.deliverMessage(e.Data, e.XID)
	case "BUS":
		f.service.bus.arrived(e.Data)
	case "PROBLEM":
		f.report(ctx, e.Data)
	default:
		for c, subs := range f.find(e.Subscriptions) {
			c.tell(&delivery{subs, e.XID, e.Kind, e.Data, at.String()})
		}
	}
}

// find groups subscriptions by channel.
func (f *feed) find(ids []int64) map[*channel][]*subscription {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make(map[*channel][]*subscription, len(ids))
	for _, id := range ids {
		if sub := f.subs[id]; sub != nil {
			out[sub.channel] = append(out[sub.channel], sub)
		}
	}
	return out
}

const mostStrange = 1000 // problems remembered

// report logs a policy or filter that raises, once.
func (f *feed) report(ctx context.Context, data []byte) {
	f.mu.Lock()
	known := f.strange[string(data)]
	if len(f.strange) >= mostStrange {
		clear(f.strange)
	}
	f.strange[string(data)] = true
	f.mu.Unlock()
	if !known {
		slog.WarnContext(ctx, "a select policy raised: the rows are hidden", "problem", string(data))
	}
}

// tellNews wakes the live queries.
func (f *feed) tellNews() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.news)
	f.news = make(chan struct{})
}

// tellLost makes all that listen to changes fetch again: what they missed is gone.
func (f *feed) tellLost() {
	f.mu.Lock()
	channels := map[*channel]bool{}
	for _, sub := range f.subs {
		channels[sub.channel] = true
	}
	f.mu.Unlock()
	for c := range channels {
		c.push("system", systemPayload("postgres_changes", "error", tooOld, c.room.Topic, ""))
	}
	f.tellNews()
}

// tell sends a change, or keeps it until what the join asked for was sent.
func (c *channel) tell(d *delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ended:
	case c.ready:
		c.write(d)
	case len(c.queued) < 10*c.socket.service.Config.QueueSize:
		c.queued = append(c.queued, d)
	default:
		c.queued = nil
		go c.fail() // takes the lock that is held here
	}
}

// write sends a change to those of its subscriptions that it is news for. The
// caller holds the lock: order matters.
func (c *channel) write(d *delivery) {
	ids := make([]uint32, 0, len(d.subs))
	for _, sub := range d.subs {
		if !sub.before.saw(d.xid) {
			ids = append(ids, sub.wire)
		}
	}
	if len(ids) == 0 {
		return
	}
	b := make([]byte, 0, len(d.data)+len(d.at)+12*len(ids)+64)
	b = appendIDs(append(b, `{"ids":[`...), ids)
	b = append(append(b, `],"data":`...), d.data...)
	b = append(append(append(b, `,"cursor":`...), quote(d.at)...), '}')
	c.push("postgres_changes", b)
	if d.kind == "REFETCH" {
		c.push("system", systemPayload("postgres_changes", "ok", "Too many rows changed at once: fetch the table again", c.room.Topic, d.at))
	}
}

// stored is a row of realtime.messages.
type stored struct {
	ID      string          `json:"id"`
	Topic   string          `json:"topic"`
	Event   string          `json:"event"`
	Private bool            `json:"private"`
	Payload json.RawMessage `json:"payload"`
	Binary  *string         `json:"binary"`
}

func (m *stored) cast() (*cast, error) {
	c := &cast{Event: m.Event, ID: m.ID, Payload: m.Payload}
	if m.Binary != nil {
		bytes, err := base64.StdEncoding.DecodeString(*m.Binary)
		if err != nil {
			return nil, err
		}
		c.Binary, c.Payload = true, bytes
	}
	if len(c.Payload) == 0 && !c.Binary || string(c.Payload) == "null" {
		c.Payload = []byte("{}") // null would crash clients
	}
	return c, nil
}

// deliverMessage broadcasts a row that was inserted into realtime.messages.
func (s *Service) deliverMessage(data []byte, xid uint64) {
	var m stored
	if err := json.Unmarshal(data, &m); err != nil {
		slog.WarnContext(s.ctx, "message", "error", err)
		return
	}
	sent, err := m.cast()
	if err != nil {
		slog.WarnContext(s.ctx, "message", "error", err)
		return
	}
	sent.xid = xid
	s.fanOut(room{m.Topic, m.Private}, sent, nil)
}
