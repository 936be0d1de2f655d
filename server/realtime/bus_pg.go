package realtime

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"howdah/server/db"
)

// postgresBus sends notes through the outbox, which every node reads anyway:
// in batches, because a batch is written as fast as one.
type postgresBus struct {
	pool    *db.Pool
	node    string
	deliver func(string, *note)

	mu      sync.Mutex
	waiting []string
	size    int
	more    chan struct{}
}

const maxWaitingNotes = 64 << 20 // bytes; beyond, the database does not keep up and notes are dropped

func newPostgresBus(pool *db.Pool, node string) *postgresBus {
	return &postgresBus{pool: pool, node: node, more: make(chan struct{}, 1), deliver: func(string, *note) {}}
}

// say hands the note over as a JSON text within a JSON string: clients write
// parts of it, and jsonb takes less than JSON allows (\u0000, half a surrogate
// pair, 1e999999). One note that it refused would hold all later ones up.
func (b *postgresBus) say(ctx context.Context, n *note) {
	text, err := json.Marshal(n)
	if err == nil {
		text, err = json.Marshal(string(text))
	}
	if err != nil {
		slog.WarnContext(ctx, "note", "error", err)
		return
	}
	b.mu.Lock()
	full := b.size > maxWaitingNotes
	if !full {
		b.waiting = append(b.waiting, string(text))
		b.size += len(text)
	}
	b.mu.Unlock()
	if full {
		slog.WarnContext(ctx, "the bus is full: a note to the other nodes is dropped", "kind", n.Kind)
		return
	}
	if n.Kind == noteBye {
		b.flush(ctx)
		return
	}
	nudge(b.more)
}

const publishSQL = `select realtime.publish(_node => $1, _messages => $2::text[]::jsonb[])`

func (b *postgresBus) flush(ctx context.Context) {
	b.mu.Lock()
	batch := b.waiting
	b.waiting, b.size = nil, 0
	b.mu.Unlock()
	if len(batch) == 0 {
		return
	}
	if _, err := b.pool.Exec(ctx, publishSQL, b.node, batch); err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "tell the other nodes", "error", err)
		b.mu.Lock()
		for i := len(batch) - 1; i >= 0; i-- {
			b.size += len(batch[i])
		}
		b.waiting = append(batch, b.waiting...)
		b.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
			nudge(b.more)
		}
	}
}

func (b *postgresBus) run(ctx context.Context, deliver func(string, *note), gap func(context.Context)) {
	b.mu.Lock()
	b.deliver = deliver
	b.mu.Unlock()
	gap(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.more:
			b.flush(ctx)
		}
	}
}

func (b *postgresBus) arrived(data []byte) {
	var in struct {
		From    string `json:"from"`
		Message string `json:"message"`
	}
	var n note
	err := json.Unmarshal(data, &in)
	if err == nil {
		err = json.Unmarshal([]byte(in.Message), &n)
	}
	if err != nil {
		slog.Warn("note", "error", err)
		return
	}
	if in.From == b.node {
		return
	}
	b.mu.Lock()
	deliver := b.deliver
	b.mu.Unlock()
	deliver(in.From, &n)
}
