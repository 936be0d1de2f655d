package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/jobs"
	"howdah/server/token"
)

// newWorker builds what works queues, with every handler of the binary.
func newWorker(c *config.Config, pool *db.Pool, listener *db.Listener, posts *couriers, queues []string, concurrency int) *jobs.Service {
	w := jobs.New(jobs.Deps{Pool: pool, Config: c.Jobs, Queues: queues, Concurrency: concurrency})
	posts.register(w)
	listener.On(jobs.Channel, w.Woken)
	return w
}

// mountJobs serves /jobs/v1 and, in development, works the queue in this
// process.
func (s *Server) mountJobs(c *config.Config, ring *token.Ring) error {
	posts, err := newCouriers(c, s.pool, ring)
	if err != nil {
		return err
	}
	posts.mount(s.echo)
	api := jobs.NewAPI(s.pool, ring, c.Rest.AnonRole)
	s.listener.On(jobs.Channel, api.Woken)
	api.Mount(s.echo)
	s.loops = append(s.loops, jobs.NewKeeper(s.pool, c).Run)
	if !c.Jobs.Enabled || !c.Jobs.DevInprocess || c.Production() {
		return nil
	}
	worker := newWorker(c, s.pool, s.listener, posts, nil, 0)
	s.loops = append(s.loops, func(ctx context.Context) {
		if err := worker.RunConfigured(ctx); err != nil {
			slog.ErrorContext(ctx, "the worker stopped", "error", err)
		}
	})
	return nil
}

// Work runs a worker on the database at url until ctx ends and what runs is
// done.
func Work(ctx context.Context, c *config.Config, url string, queues []string, concurrency int) error {
	if !c.Jobs.Enabled {
		return errors.New("JOBS_ENABLED is false: nothing is to be worked here")
	}
	c.DB.PoolMax = max(c.DB.PoolMax, minWorkerPool)
	pool, err := db.Open(ctx, url, c.DB)
	if err != nil {
		return err
	}
	defer pool.Close()
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		return fmt.Errorf("signing keys: %w", err)
	}
	posts, err := newCouriers(c, pool, ring)
	if err != nil {
		return err
	}
	listener := db.NewListener(pool)
	worker := newWorker(c, pool, listener, posts, queues, concurrency)
	beside, stop := context.WithCancel(ctx)
	var loops sync.WaitGroup
	loops.Go(func() { listener.Run(beside) })
	loops.Go(func() { jobs.NewKeeper(pool, c).Run(beside) })
	loops.Go(func() { ring.Run(beside) })
	err = worker.RunConfigured(ctx)
	stop()
	loops.Wait()
	return err
}

// minWorkerPool: claims, reports, heartbeats, sweeps and SQL handlers at once.
const minWorkerPool = 8
