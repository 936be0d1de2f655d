// Command jobs measures Howdah's queue beside River on one PostgreSQL, in one
// run: each figure in turn for both, three times, with a million finished and a
// hundred thousand waiting jobs in the table, and then while a transaction pins
// vacuum. The ratio is the median of the rounds. Needs DATABASE_URL, a
// superuser's: it makes two databases there and drops them. Costs about four
// minutes and a gigabyte.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	finished    = 1_000_000
	waiting     = 100_000
	single      = 2_000
	bulk        = 20_000
	chunk       = 1_000
	worked      = 20_000
	concurrency = 100
	probes      = 100
	rounds      = 3
	pinned      = 100_000 // jobs worked under the pin before it is measured again
)

// queue is one of the two, on a database of its own.
type queue interface {
	fill(ctx context.Context, finished, waiting int) error
	enqueue(ctx context.Context) error
	enqueueMany(ctx context.Context, n int) error
	// work runs n workers until the returned function is called; done is told of each job.
	work(ctx context.Context, n int, done func(enqueued time.Time)) (stop func(), err error)
}

// side is a queue and how it gets to its database.
type side struct {
	queue
	url  string
	shut func()
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	admin, err := pgx.Connect(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	var sides [2]side
	for i, open := range []func(context.Context, string) (queue, func(), error){openHowdah, openRiver} {
		database := fmt.Sprintf("bench_jobs_%d", i)
		drop := func() error {
			_, err := admin.Exec(ctx, "drop database if exists "+database+" with (force)")
			return err
		}
		if err := drop(); err != nil {
			return err
		}
		if _, err := admin.Exec(ctx, "create database "+database); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, drop()) }()
		u, err := url.Parse(os.Getenv("DATABASE_URL"))
		if err != nil {
			return err
		}
		u.Path = "/" + database
		s := side{url: u.String()}
		if s.queue, s.shut, err = open(ctx, s.url); err != nil {
			return err
		}
		defer s.shut()
		if err := s.fill(ctx, finished, waiting); err != nil {
			return err
		}
		sides[i] = s
	}
	return table(ctx, sides)
}

// table measures and prints, a row at a time.
func table(ctx context.Context, sides [2]side) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintf(w, "%d finished, %d waiting\thowdah\triver\tratio\t\n", finished, waiting)
	rate := func(name string, do func(context.Context, queue) (float64, error)) error {
		h, r, ratio, err := compare(ctx, sides, do)
		fmt.Fprintf(w, "%s\t%.0f/s\t%.0f/s\t%.1f\t\n", name, h, r, ratio)
		return err
	}
	workers := func(n int) func(context.Context, queue) (float64, error) {
		return func(ctx context.Context, q queue) (float64, error) { return throughput(ctx, q, n) }
	}
	lag := func(percent int) func(context.Context, queue) (float64, error) {
		return func(ctx context.Context, q queue) (float64, error) {
			d, err := latency(ctx, q, percent)
			return float64(d) / float64(time.Millisecond), err
		}
	}
	if err := errors.Join(rate("enqueue one by one", enqueueSingle), rate("enqueue 1000 at a time", enqueueBulk),
		rate("work, 1 worker", workers(1)), rate("work, 4 workers", workers(4))); err != nil {
		return err
	}
	for _, percent := range []int{50, 99} {
		h, r, ratio, err := compare(ctx, sides, lag(percent))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "enqueue to start, p%d\t%.1f ms\t%.1f ms\t%.1f\t\n", percent, h, r, 1/ratio)
	}
	for _, s := range sides {
		pin, err := pgx.Connect(ctx, s.url)
		if err != nil {
			return err
		}
		defer pin.Close(ctx)
		if _, err := pin.Exec(ctx, "begin isolation level repeatable read; select 1 from pg_class limit 1"); err != nil {
			return err
		}
	}
	if err := rate("work, 4 workers, vacuum pinned", workers(4)); err != nil {
		return err
	}
	for _, s := range sides {
		if err := many(ctx, s, pinned); err != nil {
			return err
		}
		if err := drain(ctx, s, 4, pinned); err != nil {
			return err
		}
	}
	return rate(fmt.Sprintf("the same, %d jobs later", pinned+rounds*worked), workers(4))
}

// compare measures both in turn and answers the medians, of the ratio too.
func compare(ctx context.Context, sides [2]side, do func(context.Context, queue) (float64, error)) (h, r, ratio float64, err error) {
	var hs, rs, ratios []float64
	for range rounds {
		h, err := do(ctx, sides[0])
		if err != nil {
			return 0, 0, 0, fmt.Errorf("howdah: %w", err)
		}
		r, err := do(ctx, sides[1])
		if err != nil {
			return 0, 0, 0, fmt.Errorf("river: %w", err)
		}
		hs, rs, ratios = append(hs, h), append(rs, r), append(ratios, h/r)
	}
	return median(hs), median(rs), median(ratios), nil
}

func median[T cmp.Ordered](all []T) T {
	slices.Sort(all)
	return all[len(all)/2]
}

func rateOf(n int, do func() error) (float64, error) {
	began := time.Now()
	err := do()
	return float64(n) / time.Since(began).Seconds(), err
}

func enqueueSingle(ctx context.Context, q queue) (float64, error) {
	got, err := rateOf(single, func() error {
		for range single {
			if err := q.enqueue(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return got, errors.Join(err, drain(ctx, q, 4, single))
}

func enqueueBulk(ctx context.Context, q queue) (float64, error) {
	got, err := rateOf(bulk, func() error { return many(ctx, q, bulk) })
	return got, errors.Join(err, drain(ctx, q, 4, bulk))
}

func many(ctx context.Context, q queue, n int) error {
	for range n / chunk {
		if err := q.enqueueMany(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// drain works n jobs off.
func drain(ctx context.Context, q queue, workers, n int) error {
	var count atomic.Int64
	all := make(chan struct{})
	stop, err := q.work(ctx, workers, func(time.Time) {
		if count.Add(1) == int64(n) {
			close(all)
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	select {
	case <-all:
		return nil
	case <-time.After(5 * time.Minute):
		return fmt.Errorf("%d of %d jobs were worked in five minutes", count.Load(), n)
	}
}

// throughput is jobs a second, from the first claim to the last job's end,
// with all of them there before.
func throughput(ctx context.Context, q queue, workers int) (float64, error) {
	if err := many(ctx, q, worked); err != nil {
		return 0, err
	}
	return rateOf(worked, func() error { return drain(ctx, q, workers, worked) })
}

// latency is how long a lone job waits from before it is enqueued to its start.
func latency(ctx context.Context, q queue, percent int) (time.Duration, error) {
	began := make(chan time.Time, 1)
	stop, err := q.work(ctx, 1, func(time.Time) { began <- time.Now() })
	if err != nil {
		return 0, err
	}
	defer stop()
	var all []time.Duration
	for n := range probes {
		at := time.Now()
		if err := q.enqueue(ctx); err != nil {
			return 0, err
		}
		all = append(all, (<-began).Sub(at))
		time.Sleep(time.Duration(n%30) * time.Millisecond)
	}
	slices.Sort(all)
	return all[len(all)*percent/100], nil
}
