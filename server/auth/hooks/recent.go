package hooks

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// recent is how the last calls of each event went. Hooks are asked about known
// accounts alone (GoTrue's contract), so that how long an answer takes, or that a
// hook is down, would tell who is known. What is not asked about therefore takes as
// long, and fails as often, as a call of late. It is lost with the process: until an
// event's first call there is nothing to repeat, and nothing to compare with. What a
// hook says of its own accord, a message with a rejection, it says of known accounts
// alone; that is the hook's to weigh.
type recent struct {
	mu   sync.Mutex
	went map[string][]went
}

type went struct {
	took time.Duration
	err  error
}

// remembered is how many calls of an event are kept.
const remembered = 64

// begin answers what to call when a call has ended.
func (r *recent) begin(event string) func(error) {
	began := time.Now()
	return func(err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.went == nil {
			r.went = map[string][]went{}
		}
		list := append(r.went[event], went{time.Since(began), err})
		r.went[event] = list[max(0, len(list)-remembered):]
	}
}

// repeat goes as one of the last calls went.
func (r *recent) repeat(ctx context.Context, event string) error {
	r.mu.Lock()
	list := r.went[event]
	var like went
	if len(list) > 0 {
		like = list[rand.IntN(len(list))] //nolint:gosec // no secret hangs on which
	}
	r.mu.Unlock()
	if !pause(ctx, like.took) {
		return ctx.Err()
	}
	return like.err
}
