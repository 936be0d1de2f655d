package realtime

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"
)

// cluster is what this node knows of all: which nodes live, and which presences
// each of them holds. A node alone changes its own presences and tells the
// others, so that states merge by union, in whatever order they come.
type cluster struct {
	service *Service

	mu    sync.Mutex
	rooms map[room]map[string]*held // by reference
	nodes map[string]time.Time      // the others, and when they were heard
}

type held struct {
	presence
	node string
}

type roomState struct {
	Room      room       `json:"room"`
	Presences []presence `json:"presences"`
}

func newCluster(s *Service) *cluster {
	return &cluster{service: s, rooms: map[room]map[string]*held{}, nodes: map[string]time.Time{}}
}

// track replaces what a channel shows of itself; nil takes it away.
func (k *cluster) track(c *channel, meta []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var joins, leaves []presence
	prev := ""
	if old := k.rooms[c.room][c.tracked]; c.tracked != "" && old != nil {
		if meta != nil && bytes.Equal(old.Meta, meta) {
			return
		}
		leaves, prev = []presence{old.presence}, old.Ref
	}
	c.mu.Lock()
	ended := c.ended
	c.mu.Unlock()
	c.tracked = ""
	if meta != nil && !ended {
		p := presence{Key: c.presenceKey, Ref: newRef(k.service.node, k.service.refs.Add(1)), Prev: prev, Meta: meta}
		c.tracked, joins = p.Ref, []presence{p}
	}
	if len(joins)+len(leaves) == 0 {
		return
	}
	k.apply(k.service.nodeID, c.room, joins, leaves)
	k.service.bus.say(k.service.ctx, &note{Kind: notePresence, Room: &c.room, Joins: joins, Leaves: leaves})
}

// watch sends the room's state and marks the channel for diffs, at once.
func (k *cluster) watch(c *channel) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c.watching {
		return
	}
	c.watching = true
	list := make([]presence, 0, len(k.rooms[c.room]))
	for _, h := range k.rooms[c.room] {
		list = append(list, h.presence)
	}
	b, err := json.Marshal(byKey(list))
	if err != nil {
		slog.WarnContext(k.service.ctx, "presence state", "error", err)
		return
	}
	c.push("presence_state", b)
}

// apply changes what a node holds in a room and tells the room. The caller
// holds the lock.
func (k *cluster) apply(node string, in room, joins, leaves []presence) {
	members := k.rooms[in]
	if members == nil {
		members = map[string]*held{}
		k.rooms[in] = members
	}
	var came, went []presence
	for _, p := range leaves {
		if h := members[p.Ref]; h != nil && h.node == node {
			delete(members, p.Ref)
			went = append(went, h.presence)
		}
	}
	for _, p := range joins {
		if members[p.Ref] == nil {
			members[p.Ref] = &held{p, node}
			came = append(came, p)
		}
	}
	if len(members) == 0 {
		delete(k.rooms, in)
	}
	if len(came)+len(went) == 0 {
		return
	}
	b, err := json.Marshal(map[string]any{"joins": byKey(came), "leaves": byKey(went)})
	if err != nil {
		slog.WarnContext(k.service.ctx, "presence diff", "error", err)
		return
	}
	k.service.rooms.each(in, func(c *channel) {
		if c.watching {
			c.push("presence_diff", b)
		}
	})
}

// hello asks the others for their presences, and tells ours.
func (k *cluster) hello(ctx context.Context) {
	k.service.bus.say(ctx, &note{Kind: noteHello})
	k.tellState(ctx)
}

func (k *cluster) tellState(ctx context.Context) {
	k.mu.Lock()
	defer k.mu.Unlock()
	state := []roomState{}
	for in, members := range k.rooms {
		mine := roomState{Room: in}
		for _, h := range members {
			if h.node == k.service.nodeID {
				mine.Presences = append(mine.Presences, h.presence)
			}
		}
		if len(mine.Presences) > 0 {
			state = append(state, mine)
		}
	}
	k.service.bus.say(ctx, &note{Kind: noteState, State: state})
}

// receive deals with what another node says.
func (k *cluster) receive(from string, n *note) {
	ctx := k.service.ctx
	if n.Kind == noteCast && n.Room != nil && n.Cast != nil {
		k.service.fanOut(*n.Room, n.Cast.cast(), nil)
		return
	}
	k.mu.Lock()
	_, known := k.nodes[from]
	if n.Kind != noteBye {
		k.nodes[from] = time.Now()
	}
	switch {
	case n.Kind == noteBye:
		k.forget(from)
	case n.Kind == notePresence && n.Room != nil:
		k.apply(from, *n.Room, n.Joins, n.Leaves)
	case n.Kind == noteState:
		k.replace(from, n.State)
	}
	k.mu.Unlock()
	switch {
	case n.Kind == noteHello:
		k.tellState(ctx)
	case n.Kind == noteBeat && !known:
		k.hello(ctx)
	}
}

// replace makes a node's presences those of a state. The caller holds the lock.
func (k *cluster) replace(node string, state []roomState) {
	keep := map[string]bool{}
	for _, r := range state {
		for _, p := range r.Presences {
			keep[p.Ref] = true
		}
	}
	k.drop(node, keep)
	for _, r := range state {
		k.apply(node, r.Room, r.Presences, nil)
	}
}

// drop takes a node's presences away, but those to keep. The caller holds the lock.
func (k *cluster) drop(node string, keep map[string]bool) {
	gone := map[room][]presence{}
	for in, members := range k.rooms {
		for ref, h := range members {
			if h.node == node && !keep[ref] {
				gone[in] = append(gone[in], h.presence)
			}
		}
	}
	for in, list := range gone {
		k.apply(node, in, nil, list)
	}
}

func (k *cluster) forget(node string) {
	delete(k.nodes, node)
	k.drop(node, nil)
}

// sweep forgets nodes that have been silent for too long.
func (k *cluster) sweep() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for node, heard := range k.nodes {
		if time.Since(heard) > k.service.Config.NodeTimeout {
			k.forget(node)
		}
	}
}

// run keeps this node known to the others, and looks after sessions.
func (k *cluster) run(ctx context.Context) {
	say, beat := time.NewTicker(k.service.Config.NodeTimeout/3), time.NewTicker(5*time.Second)
	defer say.Stop()
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-say.C:
			k.service.bus.say(ctx, &note{Kind: noteBeat})
			k.sweep()
		case <-beat.C:
			k.service.beat(ctx)
		case <-k.service.beatNow:
			k.service.beat(ctx)
		}
	}
}
