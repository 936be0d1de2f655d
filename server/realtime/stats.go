package realtime

import (
	"sync/atomic"
	"time"
)

// Stats is how realtime does on this node; counts are since its start.
type Stats struct {
	Sockets       int
	Channels      int
	Subscriptions int
	LiveQueries   int
	Queued        int64         // frames that wait for the slowest socket
	Lag           time.Duration // how old the oldest change of the last batch was when it had been judged

	Changes   uint64 // that went to somebody
	Frames    uint64 // that were handed to sockets
	Dropped   uint64 // sockets that did not keep up
	Big       uint64 // changes and broadcasts over 8 KB
	LiveLooks uint64 // queries that were run for live queries
}

// counters are what Stats counts.
type counters struct {
	changes, frames, dropped, big, looks atomic.Uint64

	lag atomic.Int64
}

const bigPayload = 8 << 10

// sized counts a payload if it is a big one.
func (s *Service) sized(payload []byte) {
	if len(payload) > bigPayload {
		s.counts.big.Add(1)
	}
}

// Stats tells how realtime does.
func (s *Service) Stats() Stats {
	out := Stats{
		Sockets: int(s.open.Load()), Channels: len(s.rooms.all()), Lag: time.Duration(s.counts.lag.Load()),
		Changes: s.counts.changes.Load(), Frames: s.counts.frames.Load(), Dropped: s.counts.dropped.Load(), Big: s.counts.big.Load(),
		LiveLooks: s.counts.looks.Load(),
	}
	s.feed.mu.Lock()
	out.Subscriptions = len(s.feed.subs)
	s.feed.mu.Unlock()
	s.lives.mu.Lock()
	out.LiveQueries = len(s.lives.queries)
	s.lives.mu.Unlock()
	if all, err := s.sockets.Sessions(); err == nil {
		for _, session := range all {
			out.Queued = max(out.Queued, of(session).waiting.Load())
		}
	}
	return out
}
