package realtime

import (
	"encoding/json"
	"log/slog"
	"sync"
	"time"
)

// channel is a topic that a socket has joined.
type channel struct {
	socket      *socket
	topic       string // on the wire
	room        room
	joinRef     json.RawMessage
	self, ack   bool
	presenceKey string

	mu       sync.Mutex
	who      *caller
	may      rights
	expiry   *time.Timer
	subs     []*subscription
	live     *liveQuery
	ready    bool // what was asked for at the join is sent: changes may follow
	queued   []delivery
	watching bool // presence
	tracked  string
	before   snapshot        // messages that it saw are for a replay only
	replayed map[string]bool // ids
	heard    map[string]bool // ids that came live before the replay; nil without one
	ended    bool
}

// joinPayload is what a client asks for.
type joinPayload struct {
	Config struct {
		Broadcast struct {
			Self   bool    `json:"self"`
			Ack    bool    `json:"ack"`
			Replay *replay `json:"replay"`
			Ready  bool    `json:"replication_ready"`
		} `json:"broadcast"`
		Presence struct {
			Key     string `json:"key"`
			Enabled bool   `json:"enabled"`
		} `json:"presence"`
		Changes        []json.RawMessage `json:"postgres_changes"`
		ChangesOptions struct {
			Wait bool `json:"wait"`
		} `json:"postgres_changes_options"`
		Private bool   `json:"private"`
		Since   string `json:"since"` // ours: resume from this cursor
		Query   string `json:"query"` // ours: keep the result of this REST query
	} `json:"config"`
	AccessToken string `json:"access_token"`
	UserToken   string `json:"user_token"`
}

type replay struct {
	Since float64 `json:"since"` // ms since the epoch
	Limit int     `json:"limit"`
}

func (sock *socket) refuseJoin(m *message, reason string) {
	sock.reply(m, "error", map[string]string{"reason": reason})
}

// join answers phx_join.
func (sock *socket) join(m *message) {
	s := sock.service
	if sock.joins.over(s.Config.MaxJoinsPerSec, time.Second) {
		sock.refuseJoin(m, "ClientJoinRateLimitReached: Too many joins per second")
		sock.drop("Too many joins per second")
		return
	}
	var p joinPayload
	if err := json.Unmarshal(m.Payload, &p); err != nil {
		sock.refuseJoin(m, "InvalidJoinPayload: the payload is not what a join takes")
		return
	}
	if old := sock.channel(m.Topic); old != nil {
		old.close()
	}
	if len(sock.list()) >= s.Config.MaxSubsPerConn {
		sock.refuseJoin(m, "ChannelRateLimitReached: Too many channels")
		return
	}
	c := &channel{
		socket: sock, topic: m.Topic, room: room{m.Topic[len(topicRoot):], p.Config.Private}, joinRef: m.JoinRef,
		self: p.Config.Broadcast.Self, ack: p.Config.Broadcast.Ack, presenceKey: p.Config.Presence.Key,
	}
	if c.presenceKey == "" {
		c.presenceKey = newRef(s.node, s.refs.Add(1))
	}
	if reason := c.admit(&p); reason != "" {
		sock.refuseJoin(m, reason)
		return
	}
	sock.mu.Lock()
	sock.channels[c.topic] = c
	sock.emptySince.Store(0)
	sock.mu.Unlock()
	s.rooms.enter(c)
	c.open(m, &p)
}

// admit says why the join is refused; empty when it is not.
func (c *channel) admit(p *joinPayload) string {
	s := c.socket.service
	if s.Config.PrivateOnly && !c.room.Private {
		return "PrivateOnly: This project only allows private channels"
	}
	if p.Config.Broadcast.Replay != nil && !c.room.Private {
		return "UnableToReplayMessages: Replay is not allowed for public channels"
	}
	text := p.UserToken
	if text == "" {
		text = p.AccessToken
	}
	c.who = c.socket.caller
	if text != "" && !isKey(text) {
		who, err := s.identify(text)
		if err != nil {
			return joinReason(err)
		}
		c.who = who
	}
	if time.Now().After(c.who.expires) {
		return "InvalidJWTToken: Token has expired"
	}
	may, err := s.authorize(s.ctx, c.who, c.room, c.socket.headers)
	switch {
	case err == errSessionEnded: //nolint:errorlint,err113 // returned as it is
		return "Unauthorized: The session of this token has ended"
	case err != nil:
		slog.WarnContext(s.ctx, "authorize channel", "error", err)
		return "DatabaseLackOfConnections: The database cannot be asked now"
	case !may.ReadBroadcast && !may.ReadPresence:
		return "Unauthorized: You do not have permissions to read from this Channel topic: " + c.room.Topic
	}
	c.may = may
	if may.Snapshot != "" {
		if c.before, err = parseSnapshot(may.Snapshot); err != nil {
			slog.WarnContext(s.ctx, "authorize channel", "error", err)
		}
	}
	if p.Config.Broadcast.Replay != nil {
		c.heard = map[string]bool{}
	}
	return ""
}

// isKey says whether a token is an opaque API key, which stands for the connection's.
func isKey(text string) bool { return len(text) > 3 && text[:3] == "sb_" }

// open makes what was asked for live, answers the join, and sends what follows it.
func (c *channel) open(m *message, p *joinPayload) {
	sock := c.socket
	c.expireAt(c.who.expires)
	answer, systems, failed := c.subscribe(p)
	if failed != "" && p.Config.ChangesOptions.Wait { // it would rather not be joined than hear nothing
		c.end()
		sock.refuseJoin(m, "RealtimeDisabledForConfiguration: "+failed)
		return
	}
	sock.reply(m, "ok", map[string]any{"postgres_changes": answer})
	for _, text := range systems {
		c.push("system", text)
	}
	if p.Config.Broadcast.Ready {
		c.push("system", systemPayload("system", "ok", "Replication connection established", c.room.Topic, ""))
	}
	c.resume(p.Config.Since)
	if p.Config.Broadcast.Replay != nil && c.may.ReadBroadcast {
		c.replayMessages(p.Config.Broadcast.Replay)
	}
	if p.Config.Presence.Enabled {
		c.watch()
	}
	if p.Config.Query != "" {
		c.keepLive(p.Config.Query)
	}
}

// push sends an event of the server's own.
func (c *channel) push(event string, payload []byte) {
	c.socket.send(c.socket.version.encode(nil, nil, c.topic, event, payload), false)
}

// shut tells the client why, and ends the channel for good.
func (c *channel) shut(why string) {
	c.push("system", systemPayload("system", "error", why, c.room.Topic, ""))
	c.close()
}

// close ends the channel; the client, told its own join_ref, does not join again.
func (c *channel) close() {
	if c.end() {
		c.socket.send(c.socket.version.encode(c.joinRef, c.joinRef, c.topic, "phx_close", []byte("{}")), false)
	}
}

// end takes the channel out of everything; false when it was ended before.
func (c *channel) end() bool {
	c.mu.Lock()
	before := c.ended
	c.ended = true
	if c.expiry != nil {
		c.expiry.Stop()
	}
	subs, live := c.subs, c.live
	c.subs, c.live, c.queued = nil, nil, nil
	c.mu.Unlock()
	if before {
		return false
	}
	s, sock := c.socket.service, c.socket
	s.rooms.leave(c)
	sock.mu.Lock()
	if sock.channels[c.topic] == c {
		delete(sock.channels, c.topic)
	}
	if len(sock.channels) == 0 {
		sock.emptySince.Store(time.Now().UnixMilli())
	}
	sock.mu.Unlock()
	c.untrack()
	s.feed.remove(subs)
	if live != nil {
		s.feed.unwatch(live)
	}
	return true
}
