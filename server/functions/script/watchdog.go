package script

import (
	"context"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// watchdog ends functions when the heap has grown by more than limit since the
// first of those that run began. Go cannot tell whose memory it is: all that
// run then end, which is still better than the process.
type watchdog struct {
	limit    uint64
	mu       sync.Mutex
	running  map[*context.CancelCauseFunc]struct{}
	sampling bool
	from     uint64
	bitten   bool // since functions were ended, nothing began
}

// sampleEvery bounds how far over the limit a function can get.
const sampleEvery = 10 * time.Millisecond

// watch derives a context that ends with ErrMemory; end stops watching.
func (w *watchdog) watch(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running == nil {
		w.running = map[*context.CancelCauseFunc]struct{}{}
	}
	if len(w.running) == 0 {
		if w.bitten { // what they left behind is not the next one's
			runtime.GC()
			w.bitten = false
		}
		w.from = heap()
	}
	if !w.sampling {
		w.sampling = true
		go w.sample()
	}
	key := &cancel
	w.running[key] = struct{}{}
	return ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.running, key)
		cancel(nil)
	}
}

// sample runs while any function does.
func (w *watchdog) sample() {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	var collected uint64
	for range ticker.C {
		if all := read("/memory/classes/heap/objects:bytes"); all > w.begun()+w.limit && all > collected+w.limit/4 {
			runtime.GC() // garbage looks like growth until it is collected
			collected = read("/memory/classes/heap/objects:bytes")
		}
		now := heap()
		w.mu.Lock()
		if len(w.running) == 0 {
			w.sampling = false
			w.mu.Unlock()
			return
		}
		w.from = min(w.from, now)
		if now > w.from+w.limit {
			w.bitten = true
			for cancel := range w.running {
				(*cancel)(ErrMemory)
			}
		}
		w.mu.Unlock()
	}
}

func (w *watchdog) begun() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.from
}

// heap is what the last collection found in use: garbage does not count.
func heap() uint64 { return read("/gc/heap/live:bytes") }

func read(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
