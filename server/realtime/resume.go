package realtime

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

const tooOld = "Cursor too old: some changes since then are not kept any more; fetch the rows again"

const snapshotSQL = `select pg_current_snapshot()::text`

var errLost = errors.New("changes were trimmed")

// resume sends what the channel's subscriptions missed since a cursor, then
// lets live changes follow, without a gap and without a double: the replay goes
// up to a snapshot that was taken after the subscriptions were live, and live
// changes which that snapshot saw are left out.
func (c *channel) resume(since string) {
	if since != "" {
		err := c.catchUp(c.socket.service.ctx, since)
		switch {
		case errors.Is(err, errLost), errors.Is(err, errCursor):
			c.push("system", systemPayload("postgres_changes", "error", tooOld, c.room.Topic, ""))
		case err != nil:
			slog.WarnContext(c.socket.service.ctx, "resume", "error", err)
			c.fail() // the client joins again, with the cursor that it has then
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.queued {
		c.write(&c.queued[i])
	}
	c.queued, c.ready = nil, true
}

func (c *channel) catchUp(ctx context.Context, since string) error {
	at, err := parseCursor(since)
	if err != nil {
		return err
	}
	s := c.socket.service
	var text string
	if err := s.Pool.QueryRow(ctx, snapshotSQL).Scan(&text); err != nil {
		return err
	}
	until, err := parseSnapshot(text)
	if err != nil {
		return err
	}
	c.mu.Lock()
	subs := c.subs
	ids, began := make([]int64, len(subs)), make([]snapshot, len(subs))
	for i, sub := range subs {
		ids[i], began[i] = sub.id, sub.before
		sub.before = snapshot{} // the replay covers it
	}
	c.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	err = c.replayChanges(ctx, at, until, ids)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, sub := range subs {
		if sub.before = until; err != nil {
			sub.before = began[i]
		}
	}
	return err
}

// replayChanges goes from a cursor to what its second snapshot saw, and from
// there to the end.
func (c *channel) replayChanges(ctx context.Context, at cursor, until snapshot, ids []int64) error {
	s := c.socket.service
	last := false
	for {
		b, err := s.feed.read(ctx, at, ids)
		switch {
		case err != nil:
			return err
		case b.end.Lost:
			return errLost
		}
		for i := range b.events {
			e := &b.events[i]
			if e.Kind == "PROBLEM" {
				continue
			}
			if err := c.waitForRoom(ctx); err != nil {
				return err
			}
			to := s.feed.circleOf(b.subscriptions(e))
			p := &parcel{event: e, at: cursor{at.prev, b.end.Cur, e.ID}.String(), frames: make([]atomic.Pointer[[]byte], to.looks)}
			c.mu.Lock()
			for j := range to.targets { // this channel, if it has not ended
				c.write(&delivery{p, &to.targets[j]})
			}
			c.mu.Unlock()
		}
		switch {
		case b.end.More:
			at.last = b.end.Last
		case last:
			return nil
		default:
			at, last = cursor{prev: at.cur, cur: until.text}, true
		}
	}
}

// waitForRoom waits until the socket's queue has room again: a replay may be long,
// and must not get its own client dropped.
func (c *channel) waitForRoom(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for c.socket.waiting.Load() > int64(c.socket.service.Config.QueueSize/2) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		c.mu.Lock()
		ended := c.ended
		c.mu.Unlock()
		if ended {
			return errLost
		}
	}
	return nil
}
