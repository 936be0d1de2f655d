package outbound

import (
	"strings"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"howdah/server/config"
)

// hosts keeps one slow or failing host from taking every worker: so many
// requests at once to each, and none for a while to one that fails. It may be
// lost at any moment: nothing but patience is in it.
type hosts struct {
	mu       sync.Mutex
	known    map[string]*host
	slots    int
	failures int
	pause    time.Duration
}

type host struct {
	inUse   int
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
}

// mostHosts bounds the memory: beyond, idle hosts are forgotten.
const mostHosts = 1000

// busyWait is how long a request waits for a host that has enough of them.
const busyWait = time.Second

func newHosts(c config.Outbound) *hosts {
	return &hosts{known: map[string]*host{}, slots: c.HostConcurrency, failures: c.BreakerFailures, pause: c.BreakerPause}
}

// enter takes a slot of the host; done gives it back and says how it went. Its
// error is an *Error of kind Busy.
func (h *hosts) enter(name string) (done func(error), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.find(strings.ToLower(name))
	if t.inUse >= h.slots {
		return nil, &Error{Kind: Busy, Message: "enough requests are under way to this host", Wait: busyWait}
	}
	report, err := t.breaker.Allow()
	if err != nil {
		return nil, &Error{Kind: Busy, Message: "the host fails and is left alone for a while", Wait: h.pause}
	}
	t.inUse++
	return func(err error) {
		report(err)
		h.mu.Lock()
		defer h.mu.Unlock()
		t.inUse--
	}, nil
}

func (h *hosts) find(name string) *host {
	if t, ok := h.known[name]; ok {
		return t
	}
	if len(h.known) >= mostHosts {
		for other, t := range h.known {
			if t.inUse == 0 && t.breaker.State() == gobreaker.StateClosed {
				delete(h.known, other)
			}
		}
	}
	t := &host{breaker: gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name: name, Timeout: h.pause,
		ReadyToTrip: func(c gobreaker.Counts) bool { return int64(c.ConsecutiveFailures) >= int64(h.failures) },
	})}
	h.known[name] = t
	return t
}
