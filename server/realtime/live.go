package realtime

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"
)

// A live query is a REST query whose result a channel holds. A join with
// config.query = "/todos?select=…&order=…" gets
//
//	live_state {"rows": […], "version": 1}
//	live_diff  {"version": 2, "ops": [["-", index], ["+", index, row], ["=", index, row]]}
//
// and live_error {"status", "error"} where the query is refused. Ops apply in
// their order to the list as it then is. The query runs as the channel's
// caller, under row level security, again whenever a table changes that can
// change its result: once for all channels that ask the same as the same caller.

// lives are the live queries of a node.
type lives struct {
	service *Service
	gate    chan struct{} // holds as many as may run at once

	mu      sync.Mutex
	queries map[liveKey]*liveQuery
}

type liveKey struct{ path, role, claims string }

type liveQuery struct {
	key   liveKey
	lives *lives
	wake  chan struct{}
	stop  context.CancelFunc

	watchers map[*channel]*watcher // this and what follows under lives.mu
	sources  map[uint32]bool       // tables whose changes matter; nil for all
}

// watcher is what a channel holds of a live query.
type watcher struct {
	query *liveQuery // under lives.mu

	mu      sync.Mutex
	rows    []json.RawMessage
	version int
}

const (
	liveSettles = 20 * time.Millisecond // changes that come together are one look
	liveRetries = time.Second
	liveAtOnce  = 4
)

func newLives(s *Service) *lives {
	return &lives{service: s, gate: make(chan struct{}, liveAtOnce), queries: map[liveKey]*liveQuery{}}
}

// keepLive starts a live query on the channel.
func (c *channel) keepLive(path string) {
	s := c.socket.service
	if s.Rest == nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/rpc/") {
		c.push("live_error", []byte(`{"status":400,"error":{"message":"query must be the path of a table: /todos?select=…"}}`))
		return
	}
	w := &watcher{}
	c.mu.Lock()
	c.live = w
	c.mu.Unlock()
	s.lives.watch(c, w, path)
}

// watch has a channel watch a query as its caller; what it holds already stays.
func (l *lives) watch(c *channel, w *watcher, path string) {
	who, _ := c.caller()
	key := liveKey{path, who.role, who.claims}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leave(c, w)
	q := l.queries[key]
	if q == nil {
		ctx, stop := context.WithCancel(l.service.ctx)
		q = &liveQuery{key: key, lives: l, wake: make(chan struct{}, 1), stop: stop, watchers: map[*channel]*watcher{}}
		l.queries[key] = q
		l.service.work.Go(func() { q.run(ctx) })
	}
	c.mu.Lock()
	ended := c.ended
	c.mu.Unlock()
	if w.query, q.watchers[c] = q, w; ended {
		l.leave(c, w)
	}
	nudge(q.wake)
}

// leave ends a watch, and the query with its last one. The caller holds the lock.
func (l *lives) leave(c *channel, w *watcher) {
	q := w.query
	if q == nil {
		return
	}
	w.query = nil
	if delete(q.watchers, c); len(q.watchers) == 0 {
		delete(l.queries, q.key)
		q.stop()
	}
}

func (l *lives) unwatch(c *channel, w *watcher) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leave(c, w)
}

// move has a channel whose caller is another now watch as that one.
func (l *lives) move(c *channel, w *watcher) {
	l.mu.Lock()
	path, watching := "", w.query != nil
	if watching {
		path = w.query.key.path
	}
	l.mu.Unlock()
	if watching {
		l.watch(c, w, path)
	}
}

// changed wakes the queries for which a change of one of the tables matters; nil is any table.
func (l *lives) changed(relations []uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, q := range l.queries {
		matters := relations == nil || q.sources == nil
		for _, relation := range relations {
			matters = matters || q.sources[relation]
		}
		if matters {
			nudge(q.wake)
		}
	}
}

// run looks whenever there is reason to, and rests between looks for as long as one takes.
func (q *liveQuery) run(ctx context.Context) {
	defer q.stop()
	pause := liveSettles
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.wake:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		select {
		case <-ctx.Done():
			return
		case q.lives.gate <- struct{}{}:
		}
		began := time.Now()
		err := q.look(ctx)
		<-q.lives.gate
		pause = max(time.Since(began), liveSettles)
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "live query", "error", err)
			pause = liveRetries
			nudge(q.wake)
		}
	}
}

const querySourcesSQL = `select realtime.query_sources(_search_path => $1, _table => $2)`

// look runs the query and tells its watchers what is different.
func (q *liveQuery) look(ctx context.Context) error {
	s := q.lives.service
	select {
	case <-q.wake: // what woke it until here will be seen
	default:
	}
	table, query, _ := strings.Cut(q.key.path[1:], "?")
	var sources []uint32
	if !strings.Contains(query, "(") && !strings.Contains(query, "%28") { // embeds nothing
		if err := s.Pool.QueryRow(ctx, querySourcesSQL, s.SearchPath, table).Scan(&sources); err != nil {
			return err
		}
	}
	q.lives.mu.Lock()
	q.sources = nil
	if sources != nil {
		q.sources = map[uint32]bool{}
		for _, relation := range sources {
			q.sources[relation] = true
		}
	}
	watchers := maps.Clone(q.watchers)
	q.lives.mu.Unlock()
	who := q.caller(watchers)
	if who == nil {
		return nil // all of them are about to move
	}
	s.counts.looks.Add(1)
	rows, refused, err := s.query(ctx, who, q.key.path)
	if err != nil || ctx.Err() != nil {
		return err
	}
	told := &diffs{after: rows}
	for c, w := range watchers {
		if refused != nil {
			c.push("live_error", refused)
			q.lives.unwatch(c, w)
			continue
		}
		if err := told.tell(c, w, q); err != nil {
			return err
		}
	}
	return nil
}

// caller is as whom the query runs.
func (q *liveQuery) caller(watchers map[*channel]*watcher) *caller {
	for c := range watchers {
		if who, _ := c.caller(); who.role == q.key.role && who.claims == q.key.claims {
			return who
		}
	}
	return nil
}

// diffs are what one look tells: most of its watchers hold the same rows.
type diffs struct {
	after  []json.RawMessage
	state  []byte
	before []json.RawMessage
	ops    []op
	known  bool
}

func (d *diffs) tell(c *channel, w *watcher, q *liveQuery) (err error) {
	q.lives.mu.Lock()
	here := w.query == q
	q.lives.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !here:
		return nil
	case w.version == 0:
		if d.state == nil {
			if d.state, err = json.Marshal(map[string]any{"rows": d.after, "version": 1}); err != nil {
				return err
			}
		}
		w.rows, w.version = d.after, 1
		c.push("live_state", d.state)
		return nil
	}
	if !d.known || len(d.before) != len(w.rows) || len(w.rows) > 0 && &d.before[0] != &w.rows[0] {
		d.before, d.ops, d.known = w.rows, diff(w.rows, d.after), true
	}
	w.rows = d.after
	if len(d.ops) == 0 {
		return nil
	}
	w.version++
	text, err := json.Marshal(map[string]any{"version": w.version, "ops": d.ops})
	if err == nil {
		c.push("live_diff", text)
	}
	return err
}
