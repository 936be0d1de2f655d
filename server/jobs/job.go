// Package jobs is the hands of the queue in sql/jobs: it claims, runs handlers,
// keeps leases, and reports what came of it.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Job is one attempt at a job.
type Job struct {
	ID          int64
	Name        string
	Queue       string
	Payload     json.RawMessage
	Attempt     int // 1 the first time
	MaxAttempts int
	Timeout     time.Duration // 0: as long as it takes
	RunAt       time.Time
	CreatedAt   time.Time
	Function    string // of a SQL handler
	Role        string // that it runs as
}

// Handler does the work of one attempt. It may run twice for one job: a worker
// that dies after the effect and before the report leaves the job to another.
// The result is kept with the finished job; nil is none. When ctx ends the job
// timed out, was cancelled, or the worker stops.
type Handler func(ctx context.Context, job Job) (result json.RawMessage, err error)

// ErrFinal marks an error that no further attempt would mend.
var ErrFinal = errors.New("final")

// Final makes err the last one: the job becomes a dead letter at once.
func Final(err error) error { return fmt.Errorf("%w: %w", ErrFinal, err) }

// SnoozeError puts the job off without using up an attempt.
type SnoozeError struct{ For time.Duration }

func (e *SnoozeError) Error() string { return "snoozed for " + e.For.String() }

// Snooze is what a Handler returns to be called again after a pause.
func Snooze(d time.Duration) error { return &SnoozeError{d} }
