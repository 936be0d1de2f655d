package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	completeSQL = `select jobs.complete(_ids => $1, _results => $2, _worker => $3)`
	failSQL     = `select jobs.fail(_ids => $1, _errors => $2, _worker => $3, _final => $4)`
	snoozeSQL   = `select jobs.snooze(_ids => $1, _for => $2, _worker => $3)`
)

// report is what came of an attempt.
type report struct {
	attempt *attempt
	result  json.RawMessage
	err     error
}

// reporter writes what came of attempts, all that gathered while the last
// write was under way in one call: batches form by themselves under load, and
// a lone report waits for nobody. Reports are kept until the database has them.
type reporter struct {
	service *Service
	freed   chan struct{} // a hand came free
	more    chan struct{}
	done    chan struct{}

	mu      sync.Mutex
	pending []report
}

func newReporter(s *Service) *reporter {
	return &reporter{service: s, freed: make(chan struct{}, 1), more: make(chan struct{}, 1), done: make(chan struct{})}
}

func (r *reporter) report(a *attempt, result json.RawMessage, err error) {
	r.mu.Lock()
	r.pending = append(r.pending, report{a, result, err})
	r.mu.Unlock()
	r.service.forget(a)
	r.free()
	signal(r.more)
}

// free tells the claim loop that there may be room.
func (r *reporter) free() { signal(r.freed) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (r *reporter) backlog() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.pending)
}

func (r *reporter) close() { close(r.done) }

// run writes until close, and then what is left, as long as that succeeds.
func (r *reporter) run(ctx context.Context) {
	pause := firstNap
	for closing := false; ; {
		if !closing {
			select {
			case <-r.more:
			case <-r.done:
				closing = true
			}
		}
		batch := r.take()
		if len(batch) == 0 {
			if closing {
				return
			}
			continue
		}
		if err := r.deliver(ctx, batch); err != nil {
			slog.ErrorContext(ctx, "reporting jobs failed", "error", err, "jobs", len(batch))
			if closing {
				return // their leases end, and they run again
			}
			r.putBack(batch)
			time.Sleep(pause)
			pause = min(2*pause, time.Second)
			continue
		}
		pause = firstNap
	}
}

// deliver writes a batch. When the database refuses its data (a result with a
// NUL, say), it goes in one by one, and the bad one as a failure that says so.
func (r *reporter) deliver(ctx context.Context, batch []report) error {
	err := r.write(ctx, batch)
	var refused *pgconn.PgError
	if err == nil || !errors.As(err, &refused) || !strings.HasPrefix(refused.Code, "22") {
		return err
	}
	if len(batch) > 1 {
		for _, it := range batch {
			if err := r.deliver(ctx, []report{it}); err != nil {
				return err
			}
		}
		return nil
	}
	return r.write(ctx, []report{{batch[0].attempt, nil, Final(fmt.Errorf("the result cannot be kept: %s", refused.Message))}})
}

func (r *reporter) take() []report {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(len(r.pending), 2*maxBatch)
	batch := r.pending[:n:n]
	r.pending = r.pending[n:]
	if len(r.pending) > 0 {
		signal(r.more)
	}
	return batch
}

func (r *reporter) putBack(batch []report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = append(batch, r.pending...)
	signal(r.more)
}

// clean makes text that PostgreSQL takes.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// write ends a batch in one round trip. Said twice, because an answer was
// lost, it changes nothing.
func (r *reporter) write(ctx context.Context, batch []report) error {
	var (
		b            pgx.Batch
		done, failed []int64
		results      []json.RawMessage
		errs         []string
		final        []bool
	)
	for _, it := range batch {
		var snooze *SnoozeError
		id := it.attempt.job.ID
		switch {
		case it.err == nil:
			done, results = append(done, id), append(results, it.result)
		case errors.As(it.err, &snooze):
			b.Queue(snoozeSQL, []int64{id}, snooze.For, r.service.id)
		default:
			failed, errs, final = append(failed, id), append(errs, clean(it.err.Error())), append(final, errors.Is(it.err, ErrFinal))
		}
	}
	if len(done) > 0 {
		b.Queue(completeSQL, done, results, r.service.id)
	}
	if len(failed) > 0 {
		b.Queue(failSQL, failed, errs, r.service.id, final)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	conn, err := r.service.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return conn.SendBatch(ctx, &b).Close()
}
