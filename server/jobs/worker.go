package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/server/db"
)

const (
	claimSQL = `select id, name, queue, payload, attempt, max_attempts, timeout_ms, run_at, created_at, function, role` +
		` from jobs.claim(_queues => $1, _limit => $2, _worker => $3, _names => $4, _sql => true)`
	sleepSQL   = `select jobs.sleep(_queues => $1)`
	putBackSQL = `select jobs.snooze(_ids => $1, _for => '0', _worker => $2)`
	leaveSQL   = `select jobs.worker_leave(_worker => $1)`
)

const (
	maxBatch  = 200                     // most jobs claimed at once
	aheadTime = 50 * time.Millisecond   // short jobs are claimed ahead for this long
	firstNap  = 2 * time.Millisecond    // after the first empty claim, doubled up to
	lastNap   = 8 * time.Millisecond    // this, until
	linger    = 1500 * time.Millisecond // there was no job for so long: then sleep
)

// Run works until ctx ends, then drains: nothing more is claimed, what was not
// begun goes back, what runs has JOBS_DRAIN_TIMEOUT_S to finish.
func (s *Service) Run(ctx context.Context) error {
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	r := newReporter(s)
	w := &worker{Service: s, reporter: r, ready: make(chan []*attempt, 2*maxBatch+s.concurrency), base: base}
	var reporting, helpers, handlers sync.WaitGroup
	reporting.Go(func() { r.run(base) })
	helpers.Go(func() { s.beat(base) })
	helpers.Go(func() { s.keepHouse(ctx) })
	if s.config.CronBackend == "inproc" {
		helpers.Go(func() { s.tick(ctx) })
	}
	for range s.concurrency {
		handlers.Go(w.work)
	}
	w.claimLoop(ctx)
	w.putBack(base)
	close(w.ready)
	finished := make(chan struct{})
	go func() { handlers.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-time.After(s.config.DrainTimeout()):
		slog.WarnContext(base, "jobs still running are cut", "drain_timeout", s.config.DrainTimeout().String())
		s.cancelAll(errDraining)
		select {
		case <-finished:
		case <-time.After(cutGrace):
		}
	}
	r.close()
	reporting.Wait()
	leave, cancel := context.WithTimeout(base, cutGrace)
	defer cancel()
	err := s.exec(leave, leaveSQL, s.id)
	stop()
	helpers.Wait()
	return err
}

// cutGrace is how long a handler whose context has ended may take to notice.
const cutGrace = 2 * time.Second

var errDraining = errors.New("the worker is shutting down")

// worker is one Run of a Service.
type worker struct {
	*Service
	reporter *reporter
	ready    chan []*attempt // claimed, not begun; SQL handlers in groups
	base     context.Context //nolint:containedctx // of Run: what handlers derive from
	pace     pace
}

// claimLoop claims while there is room, naps while there is little to do, and
// sleeps when there was nothing for a while.
func (w *worker) claimLoop(ctx context.Context) {
	nap, last := firstNap, time.Now()
	for ctx.Err() == nil {
		room := w.room()
		if room <= 0 {
			w.pause(ctx, w.reporter.freed, lastNap)
			continue
		}
		claimed, err := w.claim(ctx, room)
		switch {
		case err != nil && ctx.Err() == nil:
			slog.ErrorContext(ctx, "claiming jobs failed", "error", err)
			w.pause(ctx, nil, w.config.PollInterval())
		case claimed > 0:
			nap, last = firstNap, time.Now()
			if claimed < room {
				w.pause(ctx, nil, firstNap)
			}
		case time.Since(last) < linger:
			w.pause(ctx, w.wake, nap)
			nap = min(2*nap, lastNap)
		default:
			w.sleep(ctx)
		}
	}
}

// room is how many jobs may be claimed now: free hands, and some ahead when
// jobs are short, but no more while reports are stuck.
func (w *worker) room() int {
	w.mu.Lock()
	held := len(w.running)
	w.mu.Unlock()
	if w.reporter.backlog() > 10*maxBatch {
		return 0
	}
	most := w.concurrency + w.pace.ahead(w.concurrency)
	if held > most/2 && held >= w.concurrency {
		return 0 // wait for a batch that is worth the trip
	}
	return min(most-held, maxBatch)
}

func (w *worker) claim(ctx context.Context, limit int) (int, error) {
	claimed, err := w.Service.claim(ctx, limit)
	if err != nil {
		return 0, err
	}
	var together []*attempt
	for _, a := range claimed {
		if a.job.Function != "" && a.job.Timeout == 0 {
			together = append(together, a)
		} else {
			w.ready <- []*attempt{a}
		}
	}
	if len(together) > 0 {
		w.ready <- together
	}
	return len(claimed), nil
}

func (s *Service) claim(ctx context.Context, limit int) ([]*attempt, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	// The claim is not cut by a signal: claimed rows whose answer is lost wait for their lease to end.
	rows, err := conn.Query(context.WithoutCancel(ctx), claimSQL, s.queues, limit, s.id, s.names())
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", db.Broken(ctx, conn.Conn(), err))
	}
	now := time.Now()
	claimed, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*attempt, error) {
		a := &attempt{since: now}
		j := &a.job
		var ms *int64
		var function, role *string
		err := row.Scan(&j.ID, &j.Name, &j.Queue, &j.Payload, &j.Attempt, &j.MaxAttempts, &ms, &j.RunAt, &j.CreatedAt, &function, &role)
		if ms != nil {
			j.Timeout = time.Duration(*ms) * time.Millisecond
		}
		if function != nil {
			j.Function, j.Role = *function, *role
		}
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", db.Broken(ctx, conn.Conn(), err))
	}
	s.claimed.Add(int64(len(claimed)))
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range claimed {
		s.running[a.job.ID] = a
	}
	return claimed, nil
}

// sleep raises the flag, looks once more, and waits to be woken, for the next
// scheduled job, or for the poll interval.
func (w *worker) sleep(ctx context.Context) {
	select {
	case <-w.wake: // old news
	default:
	}
	due, err := w.raiseFlag(ctx)
	if err != nil {
		w.pause(ctx, nil, w.config.PollInterval())
		return
	}
	if n, err := w.claim(ctx, min(w.concurrency, maxBatch)); err != nil || n > 0 {
		return
	}
	wait := w.config.PollInterval()
	if due != nil {
		wait = min(wait, max(time.Until(*due), firstNap))
	}
	w.pause(ctx, w.wake, wait)
}

func (w *worker) raiseFlag(ctx context.Context) (*time.Time, error) {
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	var due *time.Time
	err = conn.QueryRow(ctx, sleepSQL, w.queues).Scan(&due)
	return due, db.Broken(ctx, conn.Conn(), err)
}

// pause waits for d, or until early says that there is something to do.
func (w *worker) pause(ctx context.Context, early <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-early:
	case <-timer.C:
	}
}

// putBack returns what was claimed and not begun.
func (w *worker) putBack(ctx context.Context) {
	var ids []int64
	for {
		select {
		case group := <-w.ready:
			for _, a := range group {
				ids = append(ids, a.job.ID)
				w.forget(a)
			}
			continue
		default:
		}
		break
	}
	if len(ids) == 0 {
		return
	}
	if err := w.exec(ctx, putBackSQL, ids, w.id); err != nil {
		slog.ErrorContext(ctx, "putting jobs back failed: they wait for their lease to end", "error", err, "jobs", len(ids))
	}
}

func (s *Service) forget(a *attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, a.job.ID)
}

func (s *Service) cancelAll(cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.running {
		if a.cancel != nil {
			a.cancel(cause)
		}
	}
}
