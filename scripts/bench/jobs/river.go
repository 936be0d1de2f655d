package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

type noop struct {
	N int `json:"n"`
}

func (noop) Kind() string { return "noop" }

type noopWorker struct {
	river.WorkerDefaults[noop]
	done func(time.Time)
}

func (w *noopWorker) Work(_ context.Context, job *river.Job[noop]) error {
	w.done(job.CreatedAt)
	return nil
}

type riverQueue struct {
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx]
	many   []river.InsertManyParams
}

func openRiver(ctx context.Context, url string) (queue, func(), error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, nil, err
	}
	cfg.MaxConns = 30
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	driver := riverpgxv5.New(pool)
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, nil, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, nil, err
	}
	client, err := river.NewClient(driver, &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, nil, err
	}
	q := &riverQueue{pool: pool, client: client}
	for range chunk {
		q.many = append(q.many, river.InsertManyParams{Args: noop{1}})
	}
	return q, pool.Close, nil
}

func (r *riverQueue) fill(ctx context.Context, finished, waiting int) error {
	if _, err := r.pool.Exec(ctx, `insert into river_job (state, attempt, finalized_at, kind, args, max_attempts, priority, queue, scheduled_at)
select 'completed', 1, now(), 'noop', '{"n": 1}', 25, 1, 'default', now() from generate_series(1, $1)`, finished); err != nil {
		return err
	}
	if _, err := r.pool.Exec(ctx, `insert into river_job (state, kind, args, max_attempts, priority, queue, scheduled_at)
select 'available', 'noop', '{"n": 1}', 25, 1, 'later', now() from generate_series(1, $1)`, waiting); err != nil {
		return err
	}
	_, err := r.pool.Exec(ctx, `vacuum analyze`)
	return err
}

func (r *riverQueue) enqueue(ctx context.Context) error {
	_, err := r.client.Insert(ctx, noop{1}, nil)
	return err
}

func (r *riverQueue) enqueueMany(ctx context.Context, _ int) error {
	_, err := r.client.InsertManyFast(ctx, r.many)
	return err
}

// work uses the fetch pauses of River's own benchmark, shorter than its
// defaults, which would hold it back.
func (r *riverQueue) work(ctx context.Context, n int, done func(time.Time)) (func(), error) {
	var clients []*river.Client[pgx.Tx]
	for range n {
		workers := river.NewWorkers()
		river.AddWorker(workers, &noopWorker{done: done})
		client, err := river.NewClient(riverpgxv5.New(r.pool), &river.Config{
			Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: concurrency}},
			Workers:       workers,
			FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond,
			Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			return nil, err
		}
		if err := client.Start(ctx); err != nil {
			return nil, err
		}
		clients = append(clients, client)
	}
	return func() {
		for _, c := range clients {
			_ = c.Stop(ctx)
		}
	}, nil
}
