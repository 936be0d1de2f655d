package realtime

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestStatsCountWhatHappens(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	n := b.node(nil, b.counting(new(atomic.Int64)))
	c := n.dial(b.service())
	c.mustJoin("realtime:x", m{"postgres_changes": changesOf("notes")["postgres_changes"], "query": "/notes?select=id", "broadcast": m{"self": true}})
	c.event("live_state")
	before := n.s.Stats()
	if before.Sockets != 1 || before.Channels != 1 || before.Subscriptions != 1 || before.LiveQueries != 1 || before.Big != 0 {
		t.Errorf("%+v", before)
	}
	b.exec("insert into public.notes (id, body) values (1, repeat('x', 9000)), (2, 'small')")
	c.event("live_diff")
	c.send("realtime:x", "broadcast", m{"type": "broadcast", "event": "big", "payload": m{"text": strings.Repeat("y", 9000)}})
	c.event("broadcast")
	after := n.s.Stats()
	if after.Big != 2 || after.Changes != 2 || after.Frames < before.Frames+4 || after.LiveLooks != before.LiveLooks+1 || after.Dropped != 0 {
		t.Errorf("%+v, then %+v", before, after)
	}
	if after.Lag <= 0 || after.Lag > time.Minute {
		t.Errorf("lag %s", after.Lag)
	}
	_ = c.conn.Close()
	for deadline := time.Now().Add(patience); n.s.Stats().Sockets+n.s.Stats().LiveQueries > 0; {
		if time.Now().After(deadline) {
			t.Fatalf("after the close: %+v", n.s.Stats())
		}
	}
}
