package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/jobs"
)

// workerURL makes this test binary a worker of its own process when it is set.
const workerURL = "HOWDAH_TEST_WORKER_URL"

func TestMain(m *testing.M) {
	if url := os.Getenv(workerURL); url != "" {
		if err := crashWorker(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(inBuildDir(m))
}

// crashWorker runs a handler whose effect is a transaction of its own, so that
// it can be killed between the effect and the report.
func crashWorker(url string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	pool, err := db.Open(ctx, url, config.DB{PoolMax: 6, AcquireTimeout: 5 * time.Second, StatementTimeoutMS: 30000})
	if err != nil {
		return err
	}
	defer pool.Close()
	s := jobs.New(jobs.Deps{Pool: pool, Config: config.Jobs{
		Concurrency: 20, PollIntervalS: 0.1, DefaultMaxAttempts: 100, BackoffBaseS: 0.01, BackoffMaxS: 0.1,
		VisibilityTimeoutS: 1, DrainTimeoutS: 5, RetentionS: 86400, CronBackend: "off",
	}})
	effect := func(ctx context.Context, j jobs.Job) (json.RawMessage, error) {
		_, err := pool.Exec(ctx, `select public.effect($1)`, j.Payload)
		return j.Payload, err
	}
	s.Register("effect.go", effect)
	s.Register("effect.step", effect)
	return s.RunConfigured(ctx)
}

// crashSite is a private cluster with ten thousand jobs and their workers.
type crashSite struct {
	t       *testing.T
	p       *process
	owner   string
	login   string
	workers []*exec.Cmd
}

func (c *crashSite) howdah(args ...string) string {
	c.t.Helper()
	out, err := c.p.command(context.WithoutCancel(c.t.Context()), args...).Output()
	if err != nil {
		c.t.Fatalf("howdah %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}

func (c *crashSite) startWorker() *exec.Cmd {
	c.t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(c.t.Context()), os.Args[0])
	cmd.Env = append(os.Environ(), workerURL+"="+c.login)
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd
}

// ask answers a number, or false while the database is down.
func (c *crashSite) ask(sql string) (n int, ok bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.owner)
	if err != nil {
		return 0, false
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return n, conn.QueryRow(ctx, sql).Scan(&n) == nil
}

// killPostgres ends the postmaster with SIGKILL and starts a new one.
func (c *crashSite) killPostgres() {
	c.t.Helper()
	c.p.killDatabase()
	c.howdah("up")
}

const setUpSQL = `create table public.effects (n int not null);
create function public.effect(_p jsonb) returns void language sql security definer as $$ insert into public.effects values ((_p ->> 'n')::int) $$;
select jobs.register('effect.sql', 'public.effect'), jobs.register('effect.go');
update jobs.settings set default_max_attempts = 100;
select jobs.enqueue_many((select jsonb_agg(jsonb_build_object('name', case n % 2 when 0 then 'effect.sql' else 'effect.go' end, 'payload', jsonb_build_object('n', n)))
  from generate_series(1, 10000) n))`

// newCrashSite is a cluster with what setUp makes in it.
func newCrashSite(t *testing.T, setUp string) *crashSite {
	t.Helper()
	c := &crashSite{t: t, p: &process{t: t, binary: build(t), home: openTo(t)}}
	c.howdah("up")
	t.Cleanup(func() {
		for _, w := range c.workers {
			_ = w.Process.Kill()
			_ = w.Wait()
		}
		_ = c.p.command(context.WithoutCancel(t.Context()), "reset", "--yes").Run()
	})
	c.owner = c.howdah("info", "--owner-url")
	password, err := os.ReadFile(filepath.Join(c.p.home, "authenticator.password"))
	if err != nil {
		t.Fatal(err)
	}
	at, err := pgx.ParseConfig(c.owner)
	if err != nil {
		t.Fatal(err)
	}
	c.login = fmt.Sprintf("postgres://authenticator:%s@%s:%d/%s?sslmode=disable", strings.TrimSpace(string(password)), at.Host, at.Port, at.Database)
	c.do(setUp)
	return c
}

// do runs SQL as the owner.
func (c *crashSite) do(sql string) {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.owner)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(c.t.Context()))
	if _, err := conn.Exec(c.t.Context(), sql); err != nil {
		c.t.Fatal(err)
	}
}

// none fails the test for each of the questions whose answer is not 0.
func (c *crashSite) none(questions map[string]string) {
	c.t.Helper()
	for what, sql := range questions {
		if n, ok := c.ask(sql); !ok || n != 0 {
			c.t.Errorf("%d %s", n, what)
		}
	}
}

// Workers are killed again and again, PostgreSQL once in the middle: each
// effect happens, those in the database's own transaction happen once, each
// completion is acknowledged once, and no job is lost.
func TestNoJobIsLostWhenWorkersAndPostgresAreKilled(t *testing.T) {
	t.Parallel()
	c := newCrashSite(t, setUpSQL)
	c.killUntilDone(10000, 700, c.startWorker)
	c.none(map[string]string{
		"jobs that did not succeed":            `select count(*) from jobs.finished f where f.state <> 'succeeded'`,
		"jobs that were acknowledged twice":    `select count(*) - count(distinct f.id) from jobs.finished f`,
		"effects that did not happen":          `select count(*) from generate_series(1, 10000) n where not exists (select from public.effects e where e.n = n.n)`,
		"effects in a transaction, not once":   `select count(*) from (select from public.effects e where e.n % 2 = 0 group by e.n having count(*) <> 1) twice`,
		"jobs that are neither done nor there": `select 10000 - count(*) from jobs.finished f`,
	})
	killed, _ := c.ask(`select count(*) from jobs.finished f where f.attempts > 1`)
	t.Logf("%d jobs needed more than one attempt", killed)
}

const setUpRunsSQL = `create table public.effects (run bigint not null, step text not null, at timestamptz not null default clock_timestamp());
create function public.effect(_p jsonb) returns void language sql security definer as $$
  insert into public.effects (run, step) values ((_p #>> '{workflow,run}')::bigint, _p #>> '{workflow,step}') $$;
select jobs.register('effect.sql', 'public.effect'), jobs.register('effect.step');
update jobs.settings set default_max_attempts = 100;
select jobs.workflow('trip', '[{"name": "a", "job": "effect.step"}, {"name": "b", "job": "effect.sql"}, {"name": "nap", "sleep": "10 ms"},
  {"name": "c", "job": "effect.step", "after": ["nap"]}, {"name": "d", "job": "effect.sql", "after": ["nap"]}, {"name": "e", "job": "effect.step", "after": ["c", "d"]}]');
select jobs.start('trip') from generate_series(1, 300)`

// Runs of a workflow go on at the step where their worker, or PostgreSQL, was
// killed: what is recorded is not done again.
func TestWorkflowsGoOnWhereTheyWereKilled(t *testing.T) {
	t.Parallel()
	c := newCrashSite(t, setUpRunsSQL)
	c.killUntilDone(1800, 100, c.startWorker)
	c.none(map[string]string{
		"runs that did not succeed":           `select count(*) from jobs.runs r where r.state <> 'succeeded'`,
		"steps that did not happen":           `select 300 * 5 - count(*) from (select distinct e.run, e.step from public.effects e) e`,
		"steps done again when recorded":      `select count(*) from (select from jobs.finished f where f.name like 'effect.%' group by f.payload #> '{workflow,run}', f.payload #> '{workflow,step}' having count(*) > 1) twice`,
		"steps begun before those they await": `select count(*) from public.effects e join public.effects a on a.run = e.run where e.step = 'e' and a.step in ('a', 'b') and a.at > e.at`,
		"steps in a transaction, not once":    `select count(*) from (select from public.effects e where e.step in ('b', 'd') group by e.run, e.step having count(*) <> 1) twice`,
	})
}

// killUntilDone starts three workers, kills one for each so many jobs that were
// done, and PostgreSQL after half of them.
func (c *crashSite) killUntilDone(jobs, each int, start func() *exec.Cmd) {
	c.t.Helper()
	for range 3 {
		c.workers = append(c.workers, start())
	}
	deadline := time.Now().Add(3 * time.Minute)
	kills, postgres := 0, false
	for {
		done, ok := c.ask(`select count(*) from jobs.finished`)
		switch {
		case done == jobs:
			c.t.Logf("%d workers were killed", kills)
			return
		case time.Now().After(deadline):
			c.t.Fatalf("only %d of %d jobs were done after %d kills", done, jobs, kills)
		case !ok:
		case done >= jobs/2 && !postgres:
			postgres = true
			c.killPostgres()
		case done > each*(kills+1):
			victim := kills % len(c.workers)
			if err := c.workers[victim].Process.Kill(); err != nil {
				c.t.Fatal(err)
			}
			_ = c.workers[victim].Wait()
			c.workers[victim] = start()
			kills++
		}
		time.Sleep(5 * time.Millisecond)
	}
}
