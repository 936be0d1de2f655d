package realtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
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
// caller, under row level security, again whenever an enabled table changes.

type liveQuery struct {
	channel *channel
	path    string
	rows    []json.RawMessage
	version int
	stop    context.CancelFunc
}

const liveSettles = 20 * time.Millisecond // changes that come together are one look

// keepLive starts a live query on the channel.
func (c *channel) keepLive(path string) {
	s := c.socket.service
	if s.Rest == nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/rpc/") {
		c.push("live_error", []byte(`{"status":400,"error":{"message":"query must be the path of a table: /todos?select=…"}}`))
		return
	}
	ctx, stop := context.WithCancel(s.ctx)
	q := &liveQuery{channel: c, path: path, stop: stop}
	c.mu.Lock()
	c.live = q
	ended := c.ended
	c.mu.Unlock()
	if ended {
		stop()
		return
	}
	news := s.feed.newsNow()
	if !q.look(ctx) {
		stop()
		return
	}
	s.work.Go(func() { q.run(ctx, news) })
}

func (f *feed) newsNow() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.news
}

func (f *feed) unwatch(q *liveQuery) { q.stop() }

func (q *liveQuery) run(ctx context.Context, news <-chan struct{}) {
	defer q.stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-news:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(liveSettles):
		}
		news = q.channel.socket.service.feed.newsNow() // before the look: what changes during it is looked at again
		if !q.look(ctx) {
			return
		}
	}
}

// look runs the query and tells what is different; false when it was refused.
func (q *liveQuery) look(ctx context.Context) bool {
	rows, refused, err := q.channel.socket.service.query(ctx, q.channel, q.path)
	switch {
	case ctx.Err() != nil:
		return false
	case refused != nil:
		q.channel.push("live_error", refused)
		return false
	case err != nil:
		slog.WarnContext(ctx, "live query", "error", err)
		return true // the next change tries again
	}
	q.version++
	if q.version == 1 {
		state, err := json.Marshal(map[string]any{"rows": rows, "version": 1})
		if err == nil {
			q.channel.push("live_state", state)
		}
		q.rows = rows
		return err == nil
	}
	ops := diff(q.rows, rows)
	if len(ops) == 0 {
		q.version--
		return true
	}
	q.rows = rows
	text, err := json.Marshal(map[string]any{"version": q.version, "ops": ops})
	if err == nil {
		q.channel.push("live_diff", text)
	}
	return err == nil
}

// answer collects what the REST handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) { a.status = status }

func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

var errNotRows = errors.New("the query answers no list of rows")

// query runs a REST query as the channel's caller.
func (s *Service) query(ctx context.Context, c *channel, path string) (rows []json.RawMessage, refused []byte, err error) {
	who, _ := c.caller()
	bounded, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(bounded, http.MethodGet, s.RestPrefix+path, http.NoBody)
	if err != nil {
		return nil, []byte(`{"status":400,"error":{"message":"query is no path"}}`), nil
	}
	r.Header.Set("Accept", "application/json")
	if who.token != "" {
		r.Header.Set("Authorization", "Bearer "+who.token)
	}
	a := &answer{header: http.Header{}, status: http.StatusOK}
	s.Rest.ServeHTTP(a, r)
	body := bytes.TrimSpace(a.body.Bytes())
	if a.status >= http.StatusInternalServerError {
		return nil, nil, fmt.Errorf("live query: status %d", a.status)
	}
	if a.status >= http.StatusBadRequest {
		if !json.Valid(body) {
			body = []byte("{}")
		}
		return nil, fmt.Appendf(nil, `{"status":%d,"error":%s}`, a.status, body), nil
	}
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, nil, errNotRows
	}
	for i, row := range rows {
		var compact bytes.Buffer
		if err := json.Compact(&compact, row); err == nil {
			rows[i] = compact.Bytes()
		}
	}
	return rows, nil, nil
}
