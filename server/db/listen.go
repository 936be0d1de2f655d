package db

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Listener keeps one connection on LISTEN and fans notifications out. After every
// (re)connect it calls each subscriber once with an empty payload: what was
// missed in between is unknown, so they drop what they cached.
type Listener struct {
	pool *Pool
	mu   sync.Mutex
	subs map[string][]func(payload string)
}

// NewListener makes a listener; Run does the work.
func NewListener(p *Pool) *Listener {
	return &Listener{pool: p, subs: map[string][]func(string){}}
}

// On calls fn for each notification on channel. All calls come before Run; fn must not block.
func (l *Listener) On(channel string, fn func(payload string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subs[channel] = append(l.subs[channel], fn)
}

const maxListenPause = 5 * time.Second

// Run listens until ctx ends, reconnecting with growing pauses.
func (l *Listener) Run(ctx context.Context) {
	pause := 100 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		if err := l.listen(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "listening interrupted", "error", err)
		}
		if time.Since(began) > maxListenPause {
			pause = 100 * time.Millisecond
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, maxListenPause)
	}
}

func (l *Listener) listen(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, l.pool.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	l.mu.Lock()
	subs := make(map[string][]func(string), len(l.subs))
	for channel, fns := range l.subs {
		subs[channel] = fns
	}
	l.mu.Unlock()
	for channel := range subs {
		if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
			return err
		}
	}
	for _, fns := range subs {
		for _, fn := range fns {
			fn("")
		}
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		for _, fn := range subs[n.Channel] {
			fn(n.Payload)
		}
	}
}
