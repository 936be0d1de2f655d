package realtime

import (
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/olahol/melody"
)

// received deals with one frame. A malformed one is logged and ignored.
func (s *Service) received(ms *melody.Session, frame []byte, isBinary bool) {
	sock := of(ms)
	sock.heard.Store(time.Now().UnixMilli())
	decode := sock.version.decodeText
	if isBinary {
		decode = sock.version.decodeBinary
	}
	m, err := decode(frame)
	if err != nil {
		slog.DebugContext(s.ctx, "malformed frame", "error", err)
		return
	}
	sock.handle(m)
}

func (sock *socket) reply(m *message, status string, response any) {
	sock.send(sock.version.encode(m.JoinRef, m.Ref, m.Topic, "phx_reply", reply(status, response)), false)
}

var empty = struct{}{}

func (sock *socket) handle(m *message) {
	if m.Topic == "phoenix" && m.Event == "heartbeat" {
		sock.reply(m, "ok", empty)
		return
	}
	if !strings.HasPrefix(m.Topic, topicRoot) || m.Topic == topicRoot {
		sock.unmatched(m)
		return
	}
	if m.Event == "phx_join" {
		sock.join(m)
		return
	}
	c := sock.channel(m.Topic)
	if c == nil {
		sock.unmatched(m)
		return
	}
	switch m.Event {
	case "phx_leave":
		sock.reply(m, "ok", empty)
		c.close()
	case "access_token":
		c.refresh(m)
	case "broadcast", "presence":
		if sock.events.over(sock.service.Config.MaxEventsPerSec, time.Second) {
			c.shut("Too many messages per second")
			return
		}
		if m.Event == "broadcast" {
			c.broadcast(m)
			return
		}
		c.presence(m)
	default:
		slog.DebugContext(sock.service.ctx, "unknown event", "event", m.Event)
	}
}

func (sock *socket) unmatched(m *message) {
	sock.reply(m, "error", map[string]string{"reason": "unmatched topic"})
}

// systemPayload is what a system event says.
func systemPayload(extension, status, text, channel, cursor string) []byte {
	b, _ := json.Marshal(struct { //nolint:errchkjson // strings always encode
		Extension string `json:"extension"`
		Status    string `json:"status"`
		Message   string `json:"message"`
		Channel   string `json:"channel"`
		Cursor    string `json:"cursor,omitempty"`
	}{extension, status, text, channel, cursor})
	return b
}
