// Command jobs measures Howdah's queue beside River on one PostgreSQL, in one
// run: each figure in turn, with a million finished and a hundred thousand
// waiting jobs in the table, and once more while a transaction pins vacuum.
// Needs DATABASE_URL, a superuser's: it makes two databases there and drops
// them. Costs about three minutes and a gigabyte.
package main

import (
	"context"
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
	single      = 5_000
	bulk        = 50_000
	chunk       = 1_000
	worked      = 30_000
	concurrency = 100
	probes      = 300
	pinRounds   = 8
)

// queue is one of the two, on a database of its own.
type queue interface {
	fill(ctx context.Context, finished, waiting int) error
	enqueue(ctx context.Context) error
	enqueueMany(ctx context.Context, n int) error
	// work runs n workers until the returned function is called; done counts jobs.
	work(ctx context.Context, n int, done func(enqueued time.Time)) (stop func(), err error)
}

type figures struct {
	single, bulk, one, four float64
	p50, p99                time.Duration
	pinFirst, pinLast       float64
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	admin, err := pgx.Connect(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	got := map[string]figures{}
	for name, open := range map[string]func(context.Context, string) (queue, func(), error){"howdah": openHowdah, "river": openRiver} {
		database := "bench_jobs_" + name
		if _, err := admin.Exec(ctx, "drop database if exists "+database+" with (force)"); err != nil {
			return err
		}
		if _, err := admin.Exec(ctx, "create database "+database); err != nil {
			return err
		}
		u, err := url.Parse(os.Getenv("DATABASE_URL"))
		if err != nil {
			return err
		}
		u.Path = "/" + database
		q, closeQueue, err := open(ctx, u.String())
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		got[name], err = measure(ctx, q, u.String())
		closeQueue()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := admin.Exec(ctx, "drop database "+database+" with (force)"); err != nil {
			return err
		}
	}
	table(got["howdah"], got["river"])
	return nil
}

func measure(ctx context.Context, q queue, url string) (f figures, err error) {
	if err := q.fill(ctx, finished, waiting); err != nil {
		return f, err
	}
	if f.single, err = rate(single, func() error {
		for range single {
			if err := q.enqueue(ctx); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return f, err
	}
	if err := drain(ctx, q, 4, single); err != nil {
		return f, err
	}
	if f.bulk, err = rate(bulk, func() error { return many(ctx, q, bulk) }); err != nil {
		return f, err
	}
	if err := drain(ctx, q, 4, bulk); err != nil {
		return f, err
	}
	if f.one, err = throughput(ctx, q, 1); err != nil {
		return f, err
	}
	if f.four, err = throughput(ctx, q, 4); err != nil {
		return f, err
	}
	if f.p50, f.p99, err = latency(ctx, q); err != nil {
		return f, err
	}
	pin, err := pgx.Connect(ctx, url)
	if err != nil {
		return f, err
	}
	defer pin.Close(ctx)
	if _, err := pin.Exec(ctx, "begin isolation level repeatable read; select 1 from pg_class limit 1"); err != nil {
		return f, err
	}
	for round := range pinRounds {
		if f.pinLast, err = throughput(ctx, q, 4); err != nil {
			return f, err
		}
		if round == 0 {
			f.pinFirst = f.pinLast
		}
	}
	return f, nil
}

func rate(n int, do func() error) (float64, error) {
	began := time.Now()
	err := do()
	return float64(n) / time.Since(began).Seconds(), err
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
	case <-time.After(2 * time.Minute):
		return fmt.Errorf("%d of %d jobs were worked in two minutes", count.Load(), n)
	}
}

// throughput is jobs a second, from the first claim to the last job's end,
// with all of them there before.
func throughput(ctx context.Context, q queue, workers int) (float64, error) {
	if err := many(ctx, q, worked); err != nil {
		return 0, err
	}
	return rate(worked, func() error { return drain(ctx, q, workers, worked) })
}

// latency is how long a lone job waits from before it is enqueued to its start.
func latency(ctx context.Context, q queue) (p50, p99 time.Duration, err error) {
	began := make(chan time.Time, 1)
	stop, err := q.work(ctx, 1, func(time.Time) { began <- time.Now() })
	if err != nil {
		return 0, 0, err
	}
	defer stop()
	var all []time.Duration
	for n := range probes {
		at := time.Now()
		if err := q.enqueue(ctx); err != nil {
			return 0, 0, err
		}
		all = append(all, (<-began).Sub(at))
		time.Sleep(time.Duration(n%30) * time.Millisecond)
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100], nil
}

func table(h, r figures) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%d finished, %d waiting\thowdah\triver\tratio\t\n", finished, waiting)
	row := func(name string, a, b float64) { fmt.Fprintf(w, "%s\t%.0f/s\t%.0f/s\t%.1f\t\n", name, a, b, a/b) }
	row("enqueue one by one", h.single, r.single)
	row("enqueue 1000 at a time", h.bulk, r.bulk)
	row("work, 1 worker", h.one, r.one)
	row("work, 4 workers", h.four, r.four)
	row("work, 4 workers, vacuum pinned, first", h.pinFirst, r.pinFirst)
	row("the same, 200,000 jobs later", h.pinLast, r.pinLast)
	lag := func(name string, a, b time.Duration) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%.1f\t\n", name, a.Round(10*time.Microsecond), b.Round(10*time.Microsecond), float64(b)/float64(a))
	}
	lag("enqueue to start, p50", h.p50, r.p50)
	lag("enqueue to start, p99", h.p99, r.p99)
	_ = w.Flush()
}
