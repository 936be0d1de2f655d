package realtime

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"howdah/server/db"
)

// askKeys ends the channels of API keys that were revoked.
func (s *Service) askKeys(ctx context.Context) {
	byKey := map[string][]*channel{}
	keys := map[string]*caller{}
	for _, c := range s.rooms.all() {
		if who, _ := c.caller(); who.key != nil {
			keys[who.key.Prefix], byKey[who.key.Prefix] = who, append(byKey[who.key.Prefix], c)
		}
	}
	for prefix, who := range keys {
		if _, err := s.assume(who.token, who.key); refusedKey(err) && ctx.Err() == nil {
			for _, c := range byKey[prefix] {
				c.shut("The API key is not valid any more")
			}
		}
	}
}

const beatSQL = `select status, body from realtime.beat(_node => $1, _sessions => $2, _users => $3)`

// beat tells the database that the node lives, and ends the channels of
// sessions that have ended.
func (s *Service) beat(ctx context.Context) {
	s.askKeys(ctx)
	bySession := map[string][]*channel{}
	var sessions, users []string
	for _, c := range s.rooms.all() {
		who, _ := c.caller()
		if who.session == "" {
			continue
		}
		if bySession[who.session] == nil {
			sessions, users = append(sessions, who.session), append(users, who.user)
		}
		bySession[who.session] = append(bySession[who.session], c)
	}
	out, err := db.Call(ctx, s.Pool, beatSQL, s.nodeID, sessions, users)
	if err != nil {
		if ctx.Err() == nil {
			slog.WarnContext(ctx, "beat", "error", err)
		}
		return
	}
	var body struct {
		Ended []string `json:"ended"`
	}
	if err := json.Unmarshal(out.Body, &body); err != nil {
		slog.WarnContext(ctx, "beat", "error", err)
	}
	for _, session := range body.Ended {
		for _, c := range bySession[session] {
			c.shut("The session of this token has ended")
		}
	}
	if out.Status == http.StatusNotFound {
		s.feed.stale.Store(true)
		s.feed.wake()
	}
}
