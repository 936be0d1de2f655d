package realtime

import "sync"

// room is a channel's name; public and private ones of one name are different rooms.
type room struct {
	Topic   string `json:"topic"` // without realtime:
	Private bool   `json:"private,omitempty"`
}

// rooms says who is where on this node.
type rooms struct {
	mu      sync.RWMutex
	members map[room]map[*channel]struct{}
}

func (r *rooms) enter(c *channel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[c.room] == nil {
		r.members[c.room] = map[*channel]struct{}{}
	}
	r.members[c.room][c] = struct{}{}
}

func (r *rooms) leave(c *channel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members[c.room], c)
	if len(r.members[c.room]) == 0 {
		delete(r.members, c.room)
	}
}

// each calls f for the channels of a room; f must not block.
func (r *rooms) each(in room, f func(*channel)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for c := range r.members[in] {
		f(c)
	}
}

// all are the channels of this node.
func (r *rooms) all() []*channel {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []*channel
	for _, members := range r.members {
		for c := range members {
			out = append(out, c)
		}
	}
	return out
}
