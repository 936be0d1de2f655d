package realtime

import (
	"encoding/json"
	"log/slog"
	"time"
)

// expireAt ends the channel when its token does.
func (c *channel) expireAt(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.expiry != nil {
		c.expiry.Stop()
	}
	if !c.ended {
		c.expiry = time.AfterFunc(time.Until(t), func() { c.shut("Token has expired 0 seconds ago") })
	}
}

// caller is whom the channel acts as, and what it may.
func (c *channel) caller() (*caller, rights) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.who, c.may
}

// refresh answers access_token: the claims change for the channel and for its
// subscriptions, and there is no reply.
func (c *channel) refresh(m *message) {
	var in struct {
		AccessToken *string `json:"access_token"`
	}
	before, _ := c.caller()
	if json.Unmarshal(m.Payload, &in) != nil || in.AccessToken == nil || *in.AccessToken == before.token || isKey(*in.AccessToken) {
		return
	}
	s := c.socket.service
	who, err := s.identify(*in.AccessToken)
	if err != nil {
		c.shut(handshakeReason(err))
		return
	}
	may, err := s.authorize(s.ctx, who, c.room, c.socket.headers)
	switch {
	case err == errSessionEnded: //nolint:errorlint,err113 // returned as it is
		c.shut("The session of this token has ended")
		return
	case err != nil:
		slog.WarnContext(s.ctx, "authorize channel", "error", err)
		c.fail()
		return
	case !may.ReadBroadcast && !may.ReadPresence:
		c.shut("You no longer have permission to read from this Channel topic: " + c.room.Topic)
		return
	}
	c.mu.Lock()
	c.who, c.may = who, may
	subs, live := c.subs, c.live
	c.mu.Unlock()
	c.expireAt(who.expires)
	if live != nil {
		s.lives.move(c, live)
	}
	for _, sub := range subs {
		if _, err := s.feed.register(s.ctx, sub, who); err != nil {
			c.shut("Unable to subscribe to changes with given parameters. " + subscribeReason(err))
			return
		}
	}
}

// fail ends the channel in a way that makes the client join again.
func (c *channel) fail() {
	if c.end() {
		c.socket.send(c.socket.version.encode(c.joinRef, c.joinRef, c.topic, "phx_error", []byte("{}")), false)
	}
}
