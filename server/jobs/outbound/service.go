package outbound

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/jobs"
	"howdah/server/jobs/door"
	"howdah/server/token"
)

// Deps is what a Service is made of.
type Deps struct {
	Pool   *db.Pool
	Ring   *token.Ring
	Config config.Outbound
	Client *Client
	Door   *door.Door
}

// Service sends requests and webhooks, and answers /webhooks/v1 and /net/v1.
type Service struct {
	Deps
}

// New makes a Service.
func New(d Deps) *Service { return &Service{Deps: d} }

// Handlers are the jobs that leave by HTTP, by name.
func (s *Service) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{"http.request": s.request, "webhook.deliver": s.deliver}
}

// settleTimeout bounds writing down what happened, which goes on when the job
// was told to stop: what has left has left.
const settleTimeout = 10 * time.Second

func settling(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
}

// payload reads a job's payload.
func payload(job jobs.Job, into any) error {
	if err := json.Unmarshal(job.Payload, into); err != nil {
		return jobs.Final(fmt.Errorf("payload of %s: %w", job.Name, err))
	}
	return nil
}

// longestRetryAfter is how long a host may ask us to wait.
const longestRetryAfter = 24 * time.Hour

// retryAfter is what the host asks for, in seconds or as a date; 0 when it does not.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	var wait time.Duration
	if n, err := strconv.Atoi(text); err == nil {
		wait = time.Duration(min(max(n, 0), int(longestRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longestRetryAfter)
}
