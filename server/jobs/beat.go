package jobs

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	beatSQL   = `select jobs.worker_beat(_worker => $1, _host => $2, _pid => $3, _queues => $4, _concurrency => $5, _running => $6)`
	extendSQL = `select unnest(jobs.extend(_ids => $1, _worker => $2))`
	sweepSQL  = `select jobs.sweep()`
	tickSQL   = `select jobs.tick()`
)

const beatEvery = 10 * time.Second

// ErrLost is why a handler's context ends when its job was cancelled or given
// to another worker.
var ErrLost = errors.New("the job is not this worker's any more")

// beat shows that the worker lives and keeps its leases, until ctx ends.
func (s *Service) beat(ctx context.Context) {
	every := min(beatEvery, s.config.VisibilityTimeout()/3)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := s.beatOnce(ctx, every); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "heartbeat failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// beatOnce extends what was claimed before the last beat; what is younger has
// most of its lease left.
func (s *Service) beatOnce(ctx context.Context, every time.Duration) error {
	s.mu.Lock()
	count := len(s.running)
	var ids []int64
	for id, a := range s.running {
		if time.Since(a.since) > every/2 {
			ids = append(ids, id)
		}
	}
	s.mu.Unlock()
	if err := s.exec(ctx, beatSQL, s.id, hostname(), os.Getpid(), s.queues, s.concurrency, count); err != nil {
		return err
	}
	if len(ids) == 0 {
		return nil
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, extendSQL, ids, s.id)
	if err != nil {
		return err
	}
	lost, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range lost {
		if a := s.running[id]; a != nil {
			a.lost = true
			if a.cancel != nil {
				a.cancel(ErrLost)
			}
		}
	}
	return err
}

// keepHouse sweeps every second, and five times as often while there is much
// to do; of all workers one at a time does.
func (s *Service) keepHouse(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	last, seen := time.Now(), int64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		claimed := s.claimed.Load()
		if claimed-seen < sweepJobs && time.Since(last) < 5*sweepEvery {
			continue
		}
		last, seen = time.Now(), claimed
		if err := s.exec(ctx, sweepSQL); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "sweeping jobs failed", "error", err)
		}
	}
}

// tick enqueues what cron has due, every second; of all workers one at a time
// does.
func (s *Service) tick(ctx context.Context) {
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := s.exec(ctx, tickSQL); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "cron did not tick", "error", err)
		}
	}
}

const (
	sweepEvery = 200 * time.Millisecond
	sweepJobs  = 1000
)
