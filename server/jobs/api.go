package jobs

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

// API is /jobs/v1: the queue for workers and tools in any language. Requests
// run as their caller; the functions behind are granted to service_role alone.
type API struct {
	pool     *db.Pool
	verifier token.Verifier
	anon     string

	mu      sync.Mutex
	waiting chan struct{} // closed when a job comes in
}

// NewAPI makes an API; anonRole is whom requests without a token run as.
func NewAPI(pool *db.Pool, v token.Verifier, anonRole string) *API {
	return &API{pool: pool, verifier: v, anon: anonRole, waiting: make(chan struct{})}
}

// Mount adds the routes.
func (a *API) Mount(e *echo.Echo) {
	g := e.Group("/jobs/v1")
	g.POST("/jobs", a.enqueue)
	g.GET("/jobs", a.list)
	g.GET("/jobs/:id", a.byID(showSQL))
	g.POST("/jobs/:id/cancel", a.byID(cancelOneSQL))
	g.POST("/jobs/:id/retry", a.byID(retryOneSQL))
	g.POST("/claim", a.claim)
	g.POST("/heartbeat", a.heartbeat)
	g.POST("/complete", a.report)
	g.POST("/fail", a.report)
	g.GET("/stats", a.stats)
	g.GET("/workers", a.workers)
	g.POST("/queues/:queue/pause", a.pause(true))
	g.POST("/queues/:queue/resume", a.pause(false))
	g.PUT("/queues/:queue", a.limit)
}

// Woken ends the waiting of long polls: a job came in somewhere.
func (a *API) Woken(string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.waiting)
	a.waiting = make(chan struct{})
}

func (a *API) news() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.waiting
}

// call runs one function as the caller and answers what it says.
func (a *API) call(c echo.Context, sql string, args ...any) error {
	out, err := a.ask(c, sql, args...)
	if err != nil {
		return err
	}
	return answer(c, out)
}

func (a *API) ask(c echo.Context, sql string, args ...any) (db.Outcome, error) {
	caller, err := db.CallerOf(c.Request(), a.verifier, a.anon)
	if err != nil {
		return db.Outcome{}, err
	}
	return a.pool.CallAs(c.Request().Context(), caller, sql, args...)
}

// answer writes an outcome; refusals become problems.
func answer(c echo.Context, out db.Outcome) error {
	if out.Status < http.StatusBadRequest {
		return c.JSONBlob(out.Status, out.Body)
	}
	var p struct{ Code, Detail, Hint string }
	if err := json.Unmarshal(out.Body, &p); err != nil {
		return err
	}
	return &problem.Problem{Status: out.Status, Code: p.Code, Message: p.Detail, Hint: p.Hint}
}

const (
	enqueueManySQL = `select 201 as status, to_jsonb(jobs.enqueue_many(_jobs => $1)) as body`
	listSQL        = `select status, body from jobs.list(_queue => $1, _name => $2, _state => $3, _before => $4, _limit => $5)`
	showSQL        = `select status, body from jobs.show(_id => $1)`
	cancelOneSQL   = `select 200 as status, to_jsonb(jobs.cancel(_ids => array[$1::bigint])) as body`
	retryOneSQL    = `select 200 as status, to_jsonb(jobs.retry(_ids => array[$1::bigint])) as body`
	pollSQL        = `select status, body from jobs.poll(_worker => $1, _queues => $2, _limit => $3, _names => $4, _lease_s => $5, _host => $6)`
	heartbeatSQL   = `select status, body from jobs.heartbeat(_ids => $1, _worker => $2, _lease_s => $3)`
	reportSQL      = `select status, body from jobs.report(_worker => $1, _jobs => $2)`
	statsSQL       = `select status, body from jobs.stats()`
	workersSQL     = `select status, body from jobs.workers()`
	pauseSQL       = `select 200 as status, to_jsonb(jobs.queue_pause(_queue => $1, _paused => $2)::text) as body`
	limitQueueSQL  = `select 200 as status, to_jsonb(jobs.queue_set(_queue => $1, _concurrency => $2, _key_concurrency => $3, _rate_limit => $4,` +
		` _rate_period => make_interval(secs => $5))::text) as body`
)

// enqueue takes one job, or an array of them, and answers their ids.
func (a *API) enqueue(c echo.Context) error {
	var body json.RawMessage
	if err := json.NewDecoder(c.Request().Body).Decode(&body); err != nil {
		return bad(err)
	}
	if len(body) > 0 && body[0] == '{' {
		body = append(append(json.RawMessage{'['}, body...), ']')
	}
	return a.call(c, enqueueManySQL, body)
}

func (a *API) list(c echo.Context) error {
	before, err := number(c.QueryParam("before"))
	if err != nil {
		return err
	}
	limit, err := number(c.QueryParam("limit"))
	if err != nil {
		return err
	}
	return a.call(c, listSQL, orNull(c.QueryParam("queue")), orNull(c.QueryParam("name")), orNull(c.QueryParam("state")), before, limit)
}

func (a *API) byID(sql string) echo.HandlerFunc {
	return func(c echo.Context) error {
		id, err := number(c.Param("id"))
		if err != nil {
			return err
		}
		return a.call(c, sql, id)
	}
}

// claim waits up to wait_s for a job, asking again when one came in, and a few
// times a second besides.
func (a *API) claim(c echo.Context) error {
	var in struct {
		Worker string
		Host   string // shown on the list of workers
		Queues []string
		Limit  *int
		Names  []string
		LeaseS *float64 `json:"lease_s"`
		WaitS  float64  `json:"wait_s"`
	}
	if err := json.NewDecoder(c.Request().Body).Decode(&in); err != nil {
		return bad(err)
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), time.Duration(min(in.WaitS, longestWait)*float64(time.Second)))
	defer cancel()
	for {
		news := a.news()
		out, err := a.ask(c, pollSQL, orNull(in.Worker), in.Queues, in.Limit, in.Names, in.LeaseS, orNull(in.Host))
		if err != nil {
			return err
		}
		if ctx.Err() != nil || out.Status != http.StatusOK || string(out.Body) != noJobs {
			return answer(c, out)
		}
		select {
		case <-ctx.Done():
		case <-news:
		case <-time.After(time.Second):
		}
	}
}

const (
	noJobs      = `{"jobs": []}`
	longestWait = 30 // seconds, less than REQUEST_TIMEOUT
)

// heartbeat extends leases and answers the ids that are lost.
func (a *API) heartbeat(c echo.Context) error {
	var in struct {
		Worker string
		IDs    []int64
		LeaseS *float64 `json:"lease_s"`
	}
	if err := json.NewDecoder(c.Request().Body).Decode(&in); err != nil {
		return bad(err)
	}
	return a.call(c, heartbeatSQL, in.IDs, orNull(in.Worker), in.LeaseS)
}

func (a *API) report(c echo.Context) error {
	var in struct {
		Worker string
		Jobs   json.RawMessage
	}
	if err := json.NewDecoder(c.Request().Body).Decode(&in); err != nil {
		return bad(err)
	}
	return a.call(c, reportSQL, orNull(in.Worker), in.Jobs)
}

func (a *API) stats(c echo.Context) error { return a.call(c, statsSQL) }

func (a *API) workers(c echo.Context) error { return a.call(c, workersSQL) }

func (a *API) pause(paused bool) echo.HandlerFunc {
	return func(c echo.Context) error { return a.call(c, pauseSQL, c.Param("queue"), paused) }
}

func (a *API) limit(c echo.Context) error {
	in := struct {
		Concurrency    *int
		KeyConcurrency int     `json:"key_concurrency"`
		RateLimit      *int    `json:"rate_limit"`
		RatePeriodS    float64 `json:"rate_period_s"`
	}{KeyConcurrency: 1, RatePeriodS: 1}
	if err := json.NewDecoder(c.Request().Body).Decode(&in); err != nil {
		return bad(err)
	}
	return a.call(c, limitQueueSQL, c.Param("queue"), in.Concurrency, in.KeyConcurrency, in.RateLimit, in.RatePeriodS)
}

func bad(cause error) error {
	return &problem.Problem{
		Status: http.StatusBadRequest, Code: "bad_json", Message: "The body is not the JSON that is wanted here.", Hint: cause.Error(), Cause: cause,
	}
}

// number is s as a number, or null for none.
func number(s string) (*int64, error) {
	if s == "" {
		return nil, nil //nolint:nilnil // no number is a fine answer
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, problem.New(http.StatusBadRequest, "bad_number", strconv.Quote(s)+" is no number.")
	}
	return &n, nil
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
