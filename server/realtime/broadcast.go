package realtime

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// broadcast answers a broadcast that a channel sends.
func (c *channel) broadcast(m *message) {
	sent := m.cast
	if sent == nil {
		var err error
		if sent, err = castOf(m.Payload); err != nil {
			slog.DebugContext(c.socket.service.ctx, "malformed broadcast", "error", err)
			return
		}
	}
	s := c.socket.service
	_, may := c.caller()
	switch {
	case len(sent.Payload) > s.Config.MaxPayload:
		if c.ack {
			c.socket.reply(m, "error", map[string]string{"reason": "Payload Too Large"})
		}
		return
	case !may.WriteBroadcast:
		if c.ack {
			c.socket.reply(m, "error", map[string]string{"reason": "You do not have permissions to write to this Channel topic: " + c.room.Topic})
		}
		return
	}
	if c.room.Private && wantsKeeping(sent.Meta) {
		if err := s.keep(s.ctx, c.room.Topic, sent); err != nil {
			slog.WarnContext(s.ctx, "keep a broadcast", "error", err)
			if c.ack {
				c.socket.reply(m, "error", map[string]string{"reason": "The broadcast could not be kept"})
			}
			return
		}
	}
	s.cast(c.room, sent, c)
	if c.ack {
		c.socket.reply(m, "ok", empty)
	}
}

// castOf reads a broadcast that came in a text frame.
func castOf(payload []byte) (*cast, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(payload, &fields); err != nil {
		return nil, err
	}
	sent := &cast{Payload: fields["payload"]}
	if err := json.Unmarshal(fields["event"], &sent.Event); err != nil {
		return nil, err
	}
	if len(sent.Payload) == 0 || string(sent.Payload) == "null" {
		sent.Payload = []byte("{}")
	}
	for _, known := range []string{"type", "event", "payload", "meta", "ids"} {
		delete(fields, known) // ids would make a database change of it
	}
	if len(fields) > 0 {
		sent.Extra = fields
	}
	return sent, nil
}

func wantsKeeping(meta json.RawMessage) bool {
	var in struct {
		Persist any `json:"persist"`
	}
	if len(meta) == 0 || json.Unmarshal(meta, &in) != nil {
		return false
	}
	_, withTTL := in.Persist.(map[string]any)
	return in.Persist == true || withTTL
}

const (
	persistSQL = `select realtime.persist(_id => $1, _topic => $2, _event => $3, _payload => $4, _binary => $5)`
	replaySQL  = `select id::text, event, payload, binary_payload from realtime.replay(_topic => $1, _since => $2, _limit => $3)`
)

// keep stores a broadcast for replay, and gives it the id of its row.
func (s *Service) keep(ctx context.Context, topic string, sent *cast) error {
	sent.ID = newUUID()
	var payload *string
	var bytes []byte
	if sent.Binary {
		bytes = sent.Payload
	} else {
		text := string(sent.Payload)
		payload = &text
	}
	_, err := s.Pool.Exec(ctx, persistSQL, sent.ID, topic, sent.Event, payload, bytes)
	return err
}

// cast sends a broadcast to everybody in a room but one channel, here and on
// the other nodes.
func (s *Service) cast(to room, sent *cast, except *channel) {
	s.fanOut(to, sent, except)
	s.bus.say(s.ctx, &note{Kind: noteCast, Room: &to, Cast: &wireCast{
		Event: sent.Event, Binary: sent.Binary, Payload: sent.Payload, ID: sent.ID, Extra: sent.Extra,
	}})
}

// fanOut sends a broadcast to the channels of a room on this node. The frame is
// made once for each version.
func (s *Service) fanOut(to room, sent *cast, except *channel) {
	s.sized(sent.Payload)
	var frames [3][]byte
	var isBinary [3]bool
	topic := topicRoot + to.Topic
	s.rooms.each(to, func(c *channel) {
		if c == except && !c.self {
			return
		}
		if to.Private && !c.hears(sent) {
			return
		}
		v := c.socket.version
		if frames[v] == nil {
			frames[v], isBinary[v] = sent.frame(v, topic)
		}
		if frames[v] != nil {
			c.socket.send(frames[v], isBinary[v])
		}
	})
}

// hears says whether a private channel gets a broadcast: it may read them, and
// this one is neither older than the join nor replayed already.
func (c *channel) hears(sent *cast) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.may.ReadBroadcast || sent.xid != 0 && c.before.saw(sent.xid) || sent.ID != "" && c.replayed[sent.ID] {
		return false
	}
	if c.heard != nil {
		c.heard[sent.ID] = true
	}
	return true
}

// replayMessages sends what a private channel kept, oldest first.
func (c *channel) replayMessages(r *replay) {
	s := c.socket.service
	limit := r.Limit
	if limit <= 0 {
		limit = 25
	}
	rows, err := s.Pool.Query(s.ctx, replaySQL, c.room.Topic, time.UnixMilli(int64(r.Since)), limit)
	if err != nil {
		slog.WarnContext(s.ctx, "replay", "error", err)
		return
	}
	var (
		id, event string
		payload   *string
		bytes     []byte
		missed    []*cast
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &event, &payload, &bytes}, func() error {
		sent := &cast{Event: event, ID: id, Replayed: true, Binary: payload == nil && bytes != nil}
		switch {
		case sent.Binary:
			sent.Payload = append([]byte(nil), bytes...)
		case payload == nil || *payload == "null":
			sent.Payload = []byte("{}")
		default:
			sent.Payload = []byte(*payload)
		}
		missed = append(missed, sent)
		return nil
	})
	if err != nil {
		slog.WarnContext(s.ctx, "replay", "error", err)
		return
	}
	c.mu.Lock()
	heard := c.heard
	c.heard, c.replayed = nil, make(map[string]bool, len(missed))
	for _, sent := range missed {
		c.replayed[sent.ID] = true
	}
	c.mu.Unlock()
	for _, sent := range missed {
		if heard[sent.ID] {
			continue
		}
		if frame, isBinary := sent.frame(c.socket.version, c.topic); frame != nil {
			c.socket.send(frame, isBinary)
		}
	}
}
