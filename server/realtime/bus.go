package realtime

import (
	"context"
	"encoding/json"
)

// bus carries what nodes tell each other. Notes of one node arrive in order;
// none comes back to who said it. say does not wait for the others.
type bus interface {
	say(ctx context.Context, n *note)
	// run delivers notes until ctx ends; gap is called when some may have been missed.
	run(ctx context.Context, deliver func(from string, n *note), gap func(context.Context))
	// arrived hands in what came through the outbox.
	arrived(data []byte)
}

// Kinds of notes.
const (
	noteHello    = "hello"    // I am new, or missed something: tell me your state
	noteState    = "state"    // all presences that I hold
	notePresence = "presence" // some came, some went
	noteBeat     = "beat"     // I live
	noteBye      = "bye"      // I go
	noteCast     = "cast"     // a broadcast
)

// note is what one node tells the others.
type note struct {
	Kind   string      `json:"kind"`
	Room   *room       `json:"room,omitempty"`
	Cast   *wireCast   `json:"cast,omitempty"`
	Joins  []presence  `json:"joins,omitempty"`
	Leaves []presence  `json:"leaves,omitempty"`
	State  []roomState `json:"state,omitempty"`
}

type wireCast struct {
	Event   string                     `json:"event"`
	Binary  bool                       `json:"binary,omitempty"`
	Payload []byte                     `json:"payload"` // base64 on the wire, as json does it
	ID      string                     `json:"id,omitempty"`
	Extra   map[string]json.RawMessage `json:"extra,omitempty"`
}

func (w *wireCast) cast() *cast {
	return &cast{Event: w.Event, Binary: w.Binary, Payload: w.Payload, ID: w.ID, Extra: w.Extra}
}
