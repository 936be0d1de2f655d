package realtime

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"sync/atomic"
)

// target is a channel that events go to, with those of its subscriptions that
// they are for.
type target struct {
	channel *channel
	subs    []*subscription
	ids     []uint32 // of the subscriptions, on the wire
	look    int      // targets of one look are sent the same bytes
}

// circle is whom an event goes to.
type circle struct {
	targets []target
	looks   int
}

// parcel is an event on its way, with the frames that were made of it, by look.
type parcel struct {
	*event
	at     string // its cursor
	frames []atomic.Pointer[[]byte]
}

// delivery is a parcel for one channel.
type delivery struct {
	*parcel
	to *target
}

// look is what makes frames of one event equal.
type look struct {
	version version
	topic   string
	ids     string
}

// circleOf finds the channels of some subscriptions.
func (f *feed) circleOf(ids []int64) *circle {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := &circle{targets: make([]target, 0, len(ids))}
	at := make(map[*channel]int, len(ids))
	for _, id := range ids {
		sub := f.subs[id]
		if sub == nil {
			continue
		}
		i, known := at[sub.channel]
		if !known {
			i = len(c.targets)
			at[sub.channel] = i
			c.targets = append(c.targets, target{channel: sub.channel})
		}
		t := &c.targets[i]
		t.subs, t.ids = append(t.subs, sub), append(t.ids, sub.wire)
	}
	looks := map[look]int{}
	for i := range c.targets {
		t := &c.targets[i]
		key := look{t.channel.socket.version, t.channel.topic, string(appendIDs(nil, t.ids))}
		n, known := looks[key]
		if !known {
			n = len(looks)
			looks[key] = n
		}
		t.look = n
	}
	c.looks = len(looks)
	return c
}

// deliver hands a batch to those it is for: to each socket all that it gets,
// in order, so that it is written at once.
func (f *feed) deliver(ctx context.Context, b *batch, prev, cur string) {
	var touched []*socket
	circles := map[string]*circle{}
	var key []byte
	for i := range b.events {
		e := &b.events[i]
		if e.Kind == "MESSAGE" || e.Kind == "BUS" || e.Kind == "PROBLEM" {
			touched = hand(touched)
			f.pass(ctx, e)
			continue
		}
		key = key[:0]
		for _, group := range e.Groups {
			key = binary.AppendVarint(key, group)
		}
		to := circles[string(key)]
		if to == nil {
			to = f.circleOf(b.subscriptions(e))
			circles[string(key)] = to
		}
		p := &parcel{event: e, at: cursor{prev, cur, e.ID}.String(), frames: make([]atomic.Pointer[[]byte], to.looks)}
		for j := range to.targets {
			t := &to.targets[j]
			sock := t.channel.socket
			if len(sock.lot) == 0 {
				touched = append(touched, sock)
			}
			sock.lot = append(sock.lot, delivery{p, t})
		}
	}
	hand(touched)
}

const mostKept = 16 // deliveries that an idle socket has room for

// hand tells sockets what was put down for them.
func hand(touched []*socket) []*socket {
	for _, sock := range touched {
		for i := range sock.lot {
			d := &sock.lot[i]
			d.to.channel.tell(d)
		}
		if clear(sock.lot); cap(sock.lot) > mostKept {
			sock.lot = nil
		}
		sock.lot = sock.lot[:0]
	}
	return touched[:0]
}

// pass deals with what is no change of a row.
func (f *feed) pass(ctx context.Context, e *event) {
	switch e.Kind {
	case "MESSAGE":
		f.service.deliverMessage(e.Data, e.XID)
	case "BUS":
		f.service.bus.arrived(e.Data)
	default:
		f.report(ctx, e.Data)
	}
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
		c.queued = append(c.queued, *d)
	default:
		c.queued = nil
		go c.fail() // takes the lock that is held here
	}
}

// write sends a change to those of its subscriptions that it is news for. The
// caller holds the lock: order matters.
func (c *channel) write(d *delivery) {
	ids := d.to.ids
	if news := d.to.newsFor(d.XID); news < len(ids) {
		if news == 0 {
			return
		}
		ids = d.to.idsFor(d.XID)
		c.socket.send(c.frame(d.parcel, ids), false)
	} else {
		made := d.frames[d.to.look].Load()
		if made == nil {
			frame := c.frame(d.parcel, ids)
			made = &frame
			d.frames[d.to.look].Store(made)
		}
		c.socket.send(*made, false)
	}
	if d.Kind == "REFETCH" {
		c.push("system", systemPayload("postgres_changes", "ok", "Too many rows changed at once: fetch the table again", c.room.Topic, d.at))
	}
}

// newsFor counts the subscriptions that did not see a transaction before they began.
func (t *target) newsFor(xid uint64) (n int) {
	for _, sub := range t.subs {
		if !sub.before.saw(xid) {
			n++
		}
	}
	return n
}

func (t *target) idsFor(xid uint64) []uint32 {
	var ids []uint32
	for _, sub := range t.subs {
		if !sub.before.saw(xid) {
			ids = append(ids, sub.wire)
		}
	}
	return ids
}

// frame is an event as subscriptions of the channel receive it.
func (c *channel) frame(p *parcel, ids []uint32) []byte {
	b := make([]byte, 0, len(p.Data)+len(p.at)+12*len(ids)+64)
	b = appendIDs(append(b, `{"ids":[`...), ids)
	b = append(append(b, `],"data":`...), p.Data...)
	b = append(append(append(b, `,"cursor":`...), quote(p.at)...), '}')
	return c.socket.version.encode(nil, nil, c.topic, "postgres_changes", b)
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
