package keys

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

const recordSQL = `select 200 as status, to_jsonb(auth.record_api_key_usage(_rows => $1)) as body`

// Meter counts the use of API keys and tells the database now and then, so that
// no request writes, and none waits for another of its key. What a node has not
// told yet, it adds to what the database knows when a limit is checked: on one
// node limits are exact, across nodes they lag by a moment.
type Meter struct {
	pool  *db.Pool
	every time.Duration

	mu   sync.Mutex
	hits map[string]int // of the current minute, by prefix
	at   int64          // that minute
	uses map[use]*count
}

type use struct{ prefix, surface, outcome string }

type count struct {
	calls, ms int64
}

// mostUses bounds the memory of a node that cannot tell: what is beyond is not counted.
const mostUses = 100_000

// NewMeter makes a Meter that tells as often as every says.
func NewMeter(p *db.Pool, every time.Duration) *Meter {
	return &Meter{pool: p, every: every, hits: map[string]int{}, uses: map[use]*count{}}
}

// Count is the middleware. A refused key is no use of it: whoever knows a
// prefix cannot use its owner's limit up.
func (m *Meter) Count(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		prefix, ok := token.APIKeyPrefix(db.Credentials(c.Request()))
		if !ok {
			return next(c)
		}
		began := time.Now()
		r := c.Request()
		c.SetRequest(r.WithContext(db.WithKeyHits(r.Context(), m.hit(prefix, began, 1))))
		err := next(c)
		status := c.Response().Status
		if err != nil {
			status = problem.From(err).Status
		}
		if status == http.StatusUnauthorized || status == http.StatusTooManyRequests {
			m.hit(prefix, began, -1)
		} else {
			m.used(use{prefix, db.Surface(r.URL.Path), strconv.Itoa(status/100) + "xx"}, time.Since(began))
		}
		return err
	}
}

// hit counts n requests that began at a time and answers those not told yet.
func (m *Meter) hit(prefix string, began time.Time, n int) int {
	minute := began.Unix() / 60
	m.mu.Lock()
	defer m.mu.Unlock()
	if minute > m.at {
		m.at = minute
		clear(m.hits)
	}
	if minute < m.at {
		return 0
	}
	m.hits[prefix] = max(m.hits[prefix]+n, 0)
	now := m.hits[prefix]
	if now == 0 {
		delete(m.hits, prefix)
	}
	return now
}

func (m *Meter) used(u use, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.uses[u]
	if c == nil {
		if len(m.uses) >= mostUses {
			return
		}
		c = new(count)
		m.uses[u] = c
	}
	c.calls++
	c.ms += took.Milliseconds()
}

// Run tells until ctx ends, and once more then.
func (m *Meter) Run(ctx context.Context) {
	tick := time.NewTicker(m.every)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		tell, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		if err := m.Tell(tell); err != nil {
			slog.WarnContext(ctx, "usage of API keys could not be recorded and is kept", "error", err)
		}
		cancel()
	}
}

type row struct {
	Prefix  string `json:"prefix"`
	Surface string `json:"surface"`
	Outcome string `json:"outcome"`
	Calls   int64  `json:"calls"`
	MS      int64  `json:"ms"`
	Hits    int    `json:"hits"`
}

// Tell writes what was counted; what could not be written stays counted.
func (m *Meter) Tell(ctx context.Context) error {
	m.mu.Lock()
	uses, hits, minute := m.uses, m.hits, m.at
	m.uses, m.hits = map[use]*count{}, map[string]int{}
	m.mu.Unlock()
	if time.Now().Unix()/60 > minute {
		hits = map[string]int{} // of a minute that is over
	}
	if len(uses) == 0 {
		m.giveBack(nil, hits, minute)
		return nil
	}
	rows := make([]row, 0, len(uses))
	told := map[string]int{}
	for u, c := range uses {
		// Requests still under way stay counted here until they end.
		n := min(hits[u.prefix], int(c.calls))
		hits[u.prefix] -= n
		told[u.prefix] += n
		rows = append(rows, row{Prefix: u.prefix, Surface: u.surface, Outcome: u.outcome, Calls: c.calls, MS: c.ms, Hits: n})
	}
	text, err := json.Marshal(rows)
	if err == nil {
		_, err = db.Call(ctx, m.pool, recordSQL, text)
	}
	if err != nil {
		for prefix, n := range told {
			hits[prefix] += n
		}
		m.giveBack(uses, hits, minute)
		return err
	}
	m.giveBack(nil, hits, minute)
	return nil
}

func (m *Meter) giveBack(uses map[use]*count, hits map[string]int, minute int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for u, c := range uses {
		if now := m.uses[u]; now != nil {
			now.calls += c.calls
			now.ms += c.ms
		} else {
			m.uses[u] = c
		}
	}
	for prefix, n := range hits {
		if n > 0 && minute == m.at {
			m.hits[prefix] += n
		}
	}
}
