package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/migrations"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/jobs"
	"howdah/sql"
)

type howdah struct {
	pool  *db.Pool
	owner *pgx.Conn
	cfg   config.Jobs
	spec  string
}

func openHowdah(ctx context.Context, ownerURL string) (queue, func(), error) {
	const password = "bench"
	source := db.Source{Name: "howdah", Migrations: migrations.FS, SQL: sql.FS, Table: db.PlatformTable, Role: "howdah_owner"}
	if _, err := db.Migrate(ctx, ownerURL, password, source); err != nil {
		return nil, nil, err
	}
	u, err := url.Parse(ownerURL)
	if err != nil {
		return nil, nil, err
	}
	u.User = url.UserPassword("authenticator", password)
	pool, err := db.Open(ctx, u.String(), config.DB{PoolMax: 30, AcquireTimeout: 10 * time.Second, StatementTimeoutMS: 60000})
	if err != nil {
		return nil, nil, err
	}
	owner, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return nil, nil, err
	}
	if _, err := owner.Exec(ctx, `select jobs.register('noop')`); err != nil {
		return nil, nil, err
	}
	cfg, err := config.Parse(map[string]string{})
	if err != nil {
		return nil, nil, err
	}
	q := &howdah{pool: pool, owner: owner, cfg: cfg.Jobs, spec: "[" + strings.TrimSuffix(strings.Repeat(`{"name":"noop","payload":{"n":1}},`, chunk), ",") + "]"}
	return q, func() { pool.Close(); _ = owner.Close(ctx) }, nil
}

func (h *howdah) fill(ctx context.Context, finished, waiting int) error {
	_, err := h.owner.Exec(ctx, `insert into jobs.finished (id, slot, state, queue, name, priority, run_at, attempts, max_attempts, created_at, finished_at, payload)
select nextval('jobs.job_ids'), 0, 'succeeded', 'default', 'noop', 0, now(), 1, 3, now(), now(), '{"n": 1}' from generate_series(1, $1)`, finished)
	if err != nil {
		return err
	}
	for range waiting / chunk {
		if _, err := h.owner.Exec(ctx, `select jobs.enqueue_many((select jsonb_agg(e || '{"queue": "later"}') from jsonb_array_elements($1) e))`, h.spec); err != nil {
			return err
		}
	}
	_, err = h.owner.Exec(ctx, `vacuum analyze`)
	return err
}

func (h *howdah) enqueue(ctx context.Context) error {
	_, err := h.pool.Exec(ctx, `select jobs.enqueue(_name => 'noop', _payload => $1)`, `{"n":1}`)
	return err
}

func (h *howdah) enqueueMany(ctx context.Context, _ int) error {
	_, err := h.pool.Exec(ctx, `select jobs.enqueue_many(_jobs => $1)`, h.spec)
	return err
}

func (h *howdah) work(ctx context.Context, n int, done func(time.Time)) (func(), error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, n+1)
	listener := db.NewListener(h.pool)
	for range n {
		s := jobs.New(jobs.Deps{Pool: h.pool, Config: h.cfg, Concurrency: concurrency})
		s.Register("noop", func(_ context.Context, j jobs.Job) (json.RawMessage, error) {
			done(j.CreatedAt)
			return nil, nil
		})
		listener.On(jobs.Channel, s.Woken)
		go func() { ended <- s.RunConfigured(ctx) }()
	}
	go func() { listener.Run(ctx); ended <- nil }()
	return func() {
		cancel()
		var errs []error
		for range n + 1 {
			errs = append(errs, <-ended)
		}
		if err := errors.Join(errs...); err != nil {
			panic(err)
		}
	}, nil
}
