// Package ops answers whether the server is well.
package ops

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
)

// Health serves /livez, /readyz and /health.
type Health struct {
	pool     *db.Pool
	readySQL string
	version  string
	started  time.Time
	draining atomic.Bool
}

// NewHealth makes a Health of the pool it watches, the call that answers
// (status, body) of readiness there, and the version it names.
func NewHealth(pool *db.Pool, readySQL, version string) *Health {
	return &Health{pool: pool, readySQL: readySQL, version: version, started: time.Now()}
}

// Mount adds the routes.
func (h *Health) Mount(e *echo.Echo) {
	e.GET("/livez", h.live)
	e.GET("/readyz", h.ready)
	e.GET("/health", h.full)
}

// MountProbes adds the routes of PostgREST's admin server.
func (h *Health) MountProbes(e *echo.Echo) {
	e.GET("/live", h.live)
	e.GET("/ready", h.ready)
}

// Draining says whether Drain was called.
func (h *Health) Draining() bool { return h.draining.Load() }

// Drain makes readiness fail, so that a balancer sends nothing more.
func (h *Health) Drain() { h.draining.Store(true) }

func (h *Health) live(c echo.Context) error {
	return c.JSONBlob(http.StatusOK, []byte(`{"status":"ok"}`))
}

// patience is how long a health check waits: a probe wants an answer, not the truth in a minute.
const patience = 3 * time.Second

func (h *Health) check(ctx context.Context) (db.Outcome, error) {
	if h.Draining() {
		return db.Outcome{}, &problem.Problem{
			Status: http.StatusServiceUnavailable, Code: "draining",
			Message: "The server is shutting down.", Hint: "Use another node.", RetryAfter: 5,
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := db.Call(ctx, h.pool, h.readySQL)
	if err != nil {
		p := problem.From(err)
		return out, &problem.Problem{
			Status: http.StatusServiceUnavailable, Code: p.Code, Message: p.Message,
			Hint: "The log holds the cause under this request's id.", RetryAfter: 2, Cause: err,
		}
	}
	return out, nil
}

func (h *Health) ready(c echo.Context) error {
	out, err := h.check(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSONBlob(out.Status, out.Body)
}

type report struct {
	Status   string          `json:"status"`
	Version  string          `json:"version"`
	UptimeS  int64           `json:"uptime_s"`
	Database json.RawMessage `json:"database"`
	Pool     poolReport      `json:"pool"`
}

type poolReport struct {
	Max  int32 `json:"max"`
	Open int32 `json:"open"`
	Busy int32 `json:"busy"`
}

func (h *Health) full(c echo.Context) error {
	out, err := h.check(c.Request().Context())
	if err != nil {
		return err
	}
	stat := h.pool.Stat()
	status := "ok"
	if out.Status != http.StatusOK {
		status = "degraded"
	}
	return c.JSON(out.Status, report{
		Status: status, Version: h.version, UptimeS: int64(time.Since(h.started).Seconds()), Database: out.Body,
		Pool: poolReport{Max: stat.MaxConns(), Open: stat.TotalConns(), Busy: stat.AcquiredConns()},
	})
}
