package realtime

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// natsBus sends notes over NATS, for many nodes or much broadcast. NATS
// forgets what nobody heard, so a reconnect is a gap.
type natsBus struct {
	url  string
	node string
	conn atomic.Pointer[nats.Conn]
}

const (
	natsSubject = "howdah.realtime"
	natsFrom    = "Howdah-Node"
)

func newNATS(url, node string) *natsBus { return &natsBus{url: url, node: node} }

func (b *natsBus) say(ctx context.Context, n *note) {
	conn := b.conn.Load()
	if conn == nil {
		return // hello will make up for it
	}
	text, err := json.Marshal(n)
	if err == nil {
		err = conn.PublishMsg(&nats.Msg{Subject: natsSubject, Header: nats.Header{natsFrom: {b.node}}, Data: text})
	}
	if err == nil && n.Kind == noteBye {
		err = conn.FlushTimeout(time.Second)
	}
	if err != nil {
		slog.WarnContext(ctx, "tell the other nodes", "error", err)
	}
}

func (b *natsBus) run(ctx context.Context, deliver func(string, *note), gap func(context.Context)) {
	conn, err := nats.Connect(b.url, nats.NoEcho(), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true), nats.ReconnectWait(500*time.Millisecond),
		nats.ConnectHandler(func(*nats.Conn) { gap(ctx) }), nats.ReconnectHandler(func(*nats.Conn) { gap(ctx) }))
	if err != nil {
		slog.ErrorContext(ctx, "connect to NATS", "error", err)
		return
	}
	b.conn.Store(conn)
	defer conn.Close()
	_, err = conn.Subscribe(natsSubject, func(m *nats.Msg) {
		var n note
		if err := json.Unmarshal(m.Data, &n); err != nil {
			slog.WarnContext(ctx, "note", "error", err)
			return
		}
		deliver(m.Header.Get(natsFrom), &n)
	})
	if err != nil {
		slog.ErrorContext(ctx, "subscribe to NATS", "error", err)
		return
	}
	gap(ctx)
	<-ctx.Done()
	linger, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	<-linger.Done() // for the last word
}

func (*natsBus) arrived([]byte) {}
