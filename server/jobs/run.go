package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/server/db"
	"howdah/server/problem"
)

// work is one pair of hands.
func (w *worker) work() {
	for group := range w.ready {
		if group[0].job.Function != "" {
			w.runSQL(group)
		} else {
			w.one(group[0])
		}
	}
}

var errTimeout = errors.New("timed out")

// one runs one attempt and hands its report in.
func (w *worker) one(a *attempt) {
	ctx, cancel := context.WithCancelCause(w.base)
	defer cancel(nil)
	w.mu.Lock()
	a.cancel = cancel
	lost := a.lost
	w.mu.Unlock()
	if lost {
		w.forget(a)
		w.reporter.free()
		return
	}
	if a.job.Timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, a.job.Timeout, errTimeout)
		defer stop()
	}
	began := time.Now()
	result, err := w.call(ctx, a.job)
	w.pace.took(time.Since(began))
	switch cause := context.Cause(ctx); {
	case err == nil || cause == nil:
	case errors.Is(cause, ErrLost): // nobody would listen
		w.forget(a)
		w.reporter.free()
		return
	case errors.Is(cause, errDraining):
		err = Snooze(0)
	case !errors.Is(err, cause):
		err = fmt.Errorf("%w: %w", cause, err)
	}
	w.reporter.report(a, result, err)
}

// call runs the handler; its panic is its failure.
func (w *worker) call(ctx context.Context, job Job) (result json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "a job's handler panicked", "job", job.ID, "name", job.Name, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.handlers[job.Name](ctx, job)
}

const (
	runSQLSQL = `select jobs.run_sql(_ids => $1, _names => $2, _functions => $3, _roles => $4, _payloads => $5, _worker => $6)`
	// The longest that a call may take, for the transaction of its pipeline.
	limitSQL = `select set_config('statement_timeout', $1, true)`
)

// sqlTime is what SQL handlers without a timeout get, a group of them together
// and, if that was not enough, each for itself.
const sqlTime = 30 * time.Second

// runSQL runs handlers that are SQL functions in one call. What fails as a
// whole (a timeout, a lost connection) is tried one by one, so that one bad job
// does not fail its neighbours.
func (w *worker) runSQL(batch []*attempt) {
	began := time.Now()
	err := w.callSQL(batch)
	w.pace.took(time.Since(began) / time.Duration(len(batch)))
	switch {
	case err == nil:
		for _, a := range batch {
			w.forget(a)
		}
		w.reporter.free()
	case errors.Is(err, problem.ErrBusy):
		for _, a := range batch {
			w.reporter.report(a, nil, Snooze(time.Second))
		}
	case len(batch) > 1:
		for _, a := range batch {
			w.runSQL([]*attempt{a})
		}
	default:
		w.reporter.report(batch[0], nil, err)
	}
}

func (w *worker) callSQL(batch []*attempt) error {
	var (
		ids                     []int64
		names, functions, roles []string
		payloads                []json.RawMessage
		limit                   = cmp.Or(batch[0].job.Timeout, sqlTime)
	)
	for _, a := range batch {
		j := a.job
		ids, names, functions, roles = append(ids, j.ID), append(names, j.Name), append(functions, j.Function), append(roles, j.Role)
		payloads = append(payloads, j.Payload)
	}
	conn, err := w.pool.Acquire(w.base)
	if err != nil {
		return err
	}
	defer conn.Release()
	var b pgx.Batch
	b.Queue(limitSQL, strconv.FormatInt(limit.Milliseconds(), 10))
	b.Queue(runSQLSQL, ids, names, functions, roles, payloads, w.id)
	if err := conn.SendBatch(w.base, &b).Close(); err != nil {
		return fmt.Errorf("run SQL handlers: %w", db.Broken(w.base, conn.Conn(), err))
	}
	return nil
}
