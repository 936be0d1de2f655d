package jobs_test

import (
	"context"
	"encoding/json"
	"testing"

	"howdah/server/db/dbtest"
	"howdah/server/jobs"
)

func noop(context.Context, jobs.Job) (json.RawMessage, error) { return nil, nil }

// Of several workers that tick, each moment of a schedule comes once.
func TestCronTicksOnceForManyWorkers(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `select jobs.register('noop'), jobs.schedule('* * * * * *', 'noop')`)
	c := settings()
	c.CronBackend = "inproc"
	for range 3 {
		start(t, d, c, map[string]jobs.Handler{"noop": noop})
	}
	eventually(t, d, "cron ticks", `select count(*) >= 3 from jobs.finished f where f.name = 'noop'`)
	eventually(t, d, "each second once", `select count(*) = count(distinct f.run_at) from jobs.finished f where f.name = 'noop'`)
}

// A worker that sleeps is woken by who enqueues, long before it looks by itself.
func TestASleeperIsWoken(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `select jobs.register('noop')`)
	c := settings()
	c.PollIntervalS = 60
	start(t, d, c, map[string]jobs.Handler{"noop": noop})
	for range 2 {
		eventually(t, d, "the worker sleeps", `select count(*) = 1 from jobs.sleepers`)
		exec(t, d, `select jobs.enqueue('noop')`)
		eventually(t, d, "and wakes", `select not exists (select from jobs.jobs)`)
	}
}

// What the configuration lists comes, and what is wrong with it keeps nobody.
func TestSchedulesOfTheConfigurationCome(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `create table public.tidied (at timestamptz default now());
grant insert on public.tidied to service_role;
create function public.tidy() returns void language sql as $$ insert into public.tidied default values $$`)
	c := settings()
	c.CronBackend = "inproc"
	c.ScheduleJSON = `[{"name": "tidy", "interval_seconds": 1, "target": "public.tidy"}, {"name": "bad", "interval_seconds": 1, "target": "nobody"}]`
	start(t, d, c, nil)
	eventually(t, d, "the function runs", `select count(*) >= 2 from public.tidied`)
}
