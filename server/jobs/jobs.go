package jobs

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"howdah/server/config"
	"howdah/server/db"
)

// Deps is what a Service is made of.
type Deps struct {
	Pool        *db.Pool
	Config      config.Jobs
	Queues      []string // empty: default
	Concurrency int      // 0: as configured
}

// Service works queues. Register its handlers, then Run it.
type Service struct {
	pool        *db.Pool
	config      config.Jobs
	queues      []string
	concurrency int
	id          string
	handlers    map[string]Handler
	wake        chan struct{}
	claimed     atomic.Int64

	mu      sync.Mutex
	running map[int64]*attempt
}

// attempt is a job that this worker has claimed and not yet reported.
type attempt struct {
	job    Job
	since  time.Time
	cancel context.CancelCauseFunc // nil before it begins
	lost   bool
}

// New makes a Service; it does nothing until Run.
func New(d Deps) *Service {
	queues := d.Queues
	if len(queues) == 0 {
		queues = []string{"default"}
	}
	return &Service{
		pool: d.Pool, config: d.Config, queues: queues, concurrency: cmp.Or(d.Concurrency, d.Config.Concurrency, 1),
		id: uuid.NewString(), handlers: map[string]Handler{}, wake: make(chan struct{}, 1), running: map[int64]*attempt{},
	}
}

// Register makes h do the jobs of a name. All calls come before Run. The name
// must be known to jobs.register, or be built in.
func (s *Service) Register(name string, h Handler) { s.handlers[name] = h }

// Channel is where enqueuing announces itself to workers that sleep: the
// payload is a queue, for Woken.
const Channel = "howdah_jobs"

// Woken tells that a job came into a queue; empty stands for any. It does not
// block.
func (s *Service) Woken(queue string) {
	if queue != "" && !slices.Contains(s.queues, queue) {
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

const configureSQL = `select jobs.configure(_default_max_attempts => $1, _backoff_base => $2, _backoff_max => $3, _visibility_timeout => $4, _retention => $5)`

// Configure keeps the settings where functions of the database find them.
func (s *Service) Configure(ctx context.Context) error {
	base, most := s.config.Backoff()
	if err := s.exec(ctx, configureSQL, s.config.DefaultMaxAttempts, base, most, s.config.VisibilityTimeout(), s.config.Retention()); err != nil {
		return fmt.Errorf("configure jobs: %w", err)
	}
	if err := s.configureSchedules(ctx); err != nil {
		return fmt.Errorf("configure schedules: %w", err)
	}
	return nil
}

const configureSchedulesSQL = `select unnest(jobs.configure_schedules(_schedules => $1))`

// configureSchedules makes what JOBS_SCHEDULE_JSON lists. What is wrong with one
// of them is logged: the queue works all the same.
func (s *Service) configureSchedules(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, configureSchedulesSQL, s.config.Schedules())
	if err != nil {
		return db.Broken(ctx, conn.Conn(), err)
	}
	problems, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, problem := range problems {
		slog.ErrorContext(ctx, "a schedule of JOBS_SCHEDULE_JSON cannot be", "problem", problem)
	}
	return db.Broken(ctx, conn.Conn(), err)
}

func (s *Service) names() []string { return slices.Collect(maps.Keys(s.handlers)) }

// exec runs a statement whose rows do not matter.
func (s *Service) exec(ctx context.Context, sql string, args ...any) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, sql, args...)
	return db.Broken(ctx, conn.Conn(), err)
}

// hostname is for the list of workers.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// RunConfigured is Run, with the settings kept first; while the database is
// away it tries again.
func (s *Service) RunConfigured(ctx context.Context) error {
	for ctx.Err() == nil {
		err := s.Configure(ctx)
		if err == nil {
			return s.Run(ctx)
		}
		slog.ErrorContext(ctx, "the worker cannot begin yet", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(s.config.PollInterval()):
		}
	}
	return nil
}
