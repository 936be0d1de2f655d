package script

import (
	"context"
	"errors"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// watchdog ends a function when the heap has grown by more than limit since it
// began. Go cannot tell whose memory it is: others that run may end with it,
// which is still better than the process.
type watchdog struct {
	limit    uint64
	mu       sync.Mutex
	running  map[*watched]struct{}
	sampling bool
}

// watched is a function that runs.
type watched struct {
	cancel context.CancelCauseFunc
	from   uint64 // the least heap seen since it began
	ended  bool   // by the watchdog; it may run on to its next instruction
	over   chan struct{}
}

const (
	// sampleEvery bounds how far over the limit a function can get.
	sampleEvery = 2 * time.Millisecond
	// settleFor is how long the next function waits for ended ones to let go of
	// their memory, which would look like its own.
	settleFor = 2 * time.Second
)

// watch derives a context that ends with ErrMemory; end stops watching.
func (w *watchdog) watch(ctx context.Context) (context.Context, func()) {
	w.settle(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	f := &watched{cancel: cancel, over: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	f.from = heap()
	if w.running == nil {
		w.running = map[*watched]struct{}{}
	}
	w.running[f] = struct{}{}
	if !w.sampling {
		w.sampling = true
		go w.sample()
	}
	return ctx, func() {
		cancel(nil)
		if errors.Is(context.Cause(ctx), ErrMemory) {
			runtime.GC() // what it leaves behind is not the next one's
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.running, f)
		close(f.over)
	}
}

// settle waits until ended functions are over.
func (w *watchdog) settle(ctx context.Context) {
	ended := w.ended()
	if len(ended) == 0 {
		return
	}
	ctx, stop := context.WithTimeout(ctx, settleFor)
	defer stop()
	for _, f := range ended {
		select {
		case <-f.over:
		case <-ctx.Done():
		}
	}
}

// ended are those that were ended and still run.
func (w *watchdog) ended() []*watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []*watched
	for f := range w.running {
		if f.ended {
			all = append(all, f)
		}
	}
	return all
}

// sample runs while any function does.
func (w *watchdog) sample() {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	var collected uint64
	for range ticker.C {
		all := objects()
		collected = min(collected, all) // others collect, too
		if all > w.least()+w.limit && all > collected+w.limit/4 && surely(all) <= w.least()+w.limit {
			runtime.GC() // garbage looks like growth until it is collected
			all = objects()
			collected = all
		}
		if !w.bite(max(heap(), surely(all))) {
			return
		}
	}
}

// bite ends those under whom the heap has grown too much. It is false when
// none run, and sampling ends.
func (w *watchdog) bite(now uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sampling = len(w.running) > 0
	for f := range w.running {
		f.from = min(f.from, now)
		if now > f.from+w.limit && !f.ended {
			f.ended = true
			f.cancel(ErrMemory)
		}
	}
	return w.sampling
}

// least is the lowest heap under which any that run began.
func (w *watchdog) least() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	least := heap()
	for f := range w.running {
		least = min(least, f.from)
	}
	return least
}

// heap is what the last collection found in use: garbage does not count.
func heap() uint64 { return read("/gc/heap/live:bytes") }

// objects is heap with all garbage not collected so far.
func objects() uint64 { return read("/memory/classes/heap/objects:bytes") }

// surely is how much of all must be in use, as the collector runs before garbage
// is more than GOGC's share. It finds a string that doubles and doubles at once,
// where a collection would wait for each copy to end, and meet a larger one.
func surely(all uint64) uint64 {
	const percent = 100
	gogc := read("/gc/gogc:percent")
	if gogc > 10*percent { // or off
		return 0
	}
	return all / (percent + gogc) * percent
}

func read(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
