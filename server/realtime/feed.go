package realtime

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// feed reads the outbox and hands what it finds to the channels. While there
// is news it polls; after a while without, it asks for a notification and
// sleeps, looking up now and then: a writer that began before it asked cannot
// know that it sleeps.
type feed struct {
	service *Service
	woken   chan struct{}
	place   cursor      // touched by run alone
	stale   atomic.Bool // the database has forgotten the node and its subscriptions

	mu      sync.Mutex
	lastID  int64
	subs    map[int64]*subscription
	live    map[*liveQuery]struct{}
	news    chan struct{}   // closed and replaced when rows have changed: for live queries
	strange map[string]bool // problems of policies that were logged
}

const (
	busyPoll    = 4 * time.Millisecond
	longestRest = 25 * time.Millisecond
	sleepyPoll  = 250 * time.Millisecond
	staysBusy   = time.Second
	batchSize   = 500
)

func newFeed(s *Service) *feed {
	return &feed{
		service: s, woken: make(chan struct{}, 1), subs: map[int64]*subscription{}, live: map[*liveQuery]struct{}{},
		news: make(chan struct{}), strange: map[string]bool{},
	}
}

func (f *feed) wake() { nudge(f.woken) }

// event is something new, and which groups of subscriptions it goes to.
type event struct {
	ID     int64
	XID    uint64
	Kind   string
	Groups []int64
	Data   []byte
}

// batch is what changes_since answers.
type batch struct {
	events []event
	groups map[int64][]int64 // the subscriptions of each
	end    position
}

// subscriptions are those that an event goes to.
func (b *batch) subscriptions(e *event) []int64 {
	if len(e.Groups) == 1 {
		return b.groups[e.Groups[0]]
	}
	var all []int64
	for _, group := range e.Groups {
		all = append(all, b.groups[group]...)
	}
	return all
}

const (
	changesSinceSQL = `select id, xid, kind, recipients, data from realtime.changes_since(
  _node => $1, _prev => $2, _cur => $3, _last => $4, _limit => $5, _only => $6, _search_path => $7)`
	sleepSQL = `select realtime.sleep(_node => $1)`
)

// position is what the last row of changes_since says.
type position struct {
	Cur  string `json:"cur"`
	Last int64  `json:"last"`
	More bool   `json:"more"`
	Lost bool   `json:"lost"`
}

// read asks for what comes after a place; only limits it to some subscriptions.
func (f *feed) read(ctx context.Context, at cursor, only []int64) (*batch, error) {
	conn, err := f.service.Pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, changesSinceSQL, f.service.nodeID, at.prev, orNil(at.cur), at.last, batchSize, only, f.service.SearchPath)
	if err != nil {
		return nil, err
	}
	b := &batch{groups: map[int64][]int64{}}
	var (
		number *int64
		xid    *string
		kind   string
		to     []int64
		data   []byte
	)
	_, err = pgx.ForEachRow(rows, []any{&number, &xid, &kind, &to, &data}, func() error {
		switch {
		case number == nil:
			return json.Unmarshal(data, &b.end)
		case xid == nil:
			b.groups[*number] = slices.Clone(to)
			return nil
		}
		writer, err := strconv.ParseUint(*xid, 10, 64)
		b.events = append(b.events, event{*number, writer, kind, slices.Clone(to), slices.Clone(data)})
		return err
	})
	slices.SortStableFunc(b.events, func(a, b event) int { return cmp.Compare(a.ID, b.ID) })
	return b, err
}

// run is the loop. After a look that found something it rests for as long as
// that took: under load fewer looks find more each, and cost less in all.
func (f *feed) run(ctx context.Context) {
	busyUntil := time.Now().Add(staysBusy)
	pause := busyPoll
	for ctx.Err() == nil {
		began := time.Now()
		n, more, err := f.step(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			f.recover(ctx, err)
			pause = min(max(2*pause, 50*time.Millisecond), 2*time.Second)
		case more:
			continue
		case n > 0:
			busyUntil = time.Now().Add(staysBusy)
			pause = min(max(time.Since(began), busyPoll), longestRest)
		case time.Now().Before(busyUntil):
			pause = busyPoll
		case pause != sleepyPoll:
			pause = sleepyPoll
			if _, err := f.service.Pool.Exec(ctx, sleepSQL, f.service.nodeID); err != nil {
				slog.DebugContext(ctx, "sleep", "error", err)
			}
			continue // what came before the flag went up
		default: // the flag may have been taken while we looked
			_, _ = f.service.Pool.Exec(ctx, sleepSQL, f.service.nodeID) // the next round will tell
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		case <-f.woken:
			busyUntil = time.Now().Add(staysBusy)
		}
	}
}

// step reads once and delivers.
func (f *feed) step(ctx context.Context) (n int, more bool, err error) {
	if f.stale.Load() {
		if err := f.registerAll(ctx); err != nil {
			return 0, false, err
		}
	}
	b, err := f.read(ctx, f.place, nil)
	if err != nil {
		return 0, false, err
	}
	end := b.end
	f.deliver(ctx, b, f.place.prev, end.Cur)
	if end.Lost {
		slog.WarnContext(ctx, "changes were trimmed before they were read")
		f.tellLost()
	}
	if end.More {
		f.place.cur, f.place.last = end.Cur, end.Last
	} else {
		if end.Last > f.place.last && end.Cur != f.place.prev {
			f.tellNews()
		}
		f.place = cursor{prev: end.Cur}
	}
	return len(b.events), end.More, nil
}

// recover deals with a failed read. A database that crashed has forgotten the
// node and its subscriptions; the outbox and our place in it are still there.
func (f *feed) recover(ctx context.Context, cause error) {
	slog.WarnContext(ctx, "the feed is interrupted", "error", cause)
	var pg *pgconn.PgError
	if errors.As(cause, &pg) && pg.ConstraintName == "node_unknown" {
		f.stale.Store(true)
	}
}

// registerAll tells the database of the node and all its subscriptions. Nothing
// is read until it has done so whole: what a forgotten subscription should have
// seen would be passed over.
func (f *feed) registerAll(ctx context.Context) error {
	if _, err := f.service.startNode(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	subs := make([]*subscription, 0, len(f.subs))
	for _, sub := range f.subs {
		subs = append(subs, sub)
	}
	f.mu.Unlock()
	for _, sub := range subs {
		who, _ := sub.channel.caller()
		_, err := f.register(ctx, sub, who)
		switch {
		case err == nil:
		case refusal(err) != "":
			sub.channel.fail()
		default:
			return fmt.Errorf("subscribe again: %w", err)
		}
	}
	f.stale.Store(false)
	f.service.cluster.hello(ctx)
	return nil
}

// add makes a subscription live.
func (f *feed) add(ctx context.Context, sub *subscription, who *caller) (snapshot, error) {
	f.mu.Lock()
	f.lastID++
	sub.id = f.lastID
	f.subs[sub.id] = sub // before the database knows it, so that no event finds nobody
	f.mu.Unlock()
	from, err := f.register(ctx, sub, who)
	if err != nil {
		f.mu.Lock()
		delete(f.subs, sub.id)
		f.mu.Unlock()
		return from, err
	}
	sub.channel.mu.Lock()
	sub.before = from
	sub.channel.mu.Unlock()
	f.wake()
	return from, nil
}

// remove ends subscriptions.
func (f *feed) remove(subs []*subscription) {
	if len(subs) == 0 {
		return
	}
	ids := make([]int64, len(subs))
	f.mu.Lock()
	for i, sub := range subs {
		ids[i] = sub.id
		delete(f.subs, sub.id)
	}
	f.mu.Unlock()
	ctx := f.service.ctx
	if _, err := f.service.Pool.Exec(ctx, unsubscribeSQL, f.service.nodeID, ids); err != nil {
		slog.DebugContext(ctx, "unsubscribe", "error", err) // they go with the node
	}
}
