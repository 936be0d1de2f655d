package main

import (
	"testing"
	"time"
)

// pg_cron ticks for the queue, without any worker. It looks at its table once a
// minute, and so long this takes.
func TestPgCronTicks(t *testing.T) {
	t.Parallel()
	c := newCrashSite(t, `select jobs.schedule('*/20 * * * * *', 'http.request', _name => 'thrice')`)
	if n, ok := c.ask(`select count(*) from pg_available_extensions where name = 'pg_cron'`); !ok || n == 0 {
		t.Skip("this PostgreSQL has no pg_cron")
	}
	sync := func(backend string) (string, error) {
		cmd := c.p.command(t.Context(), "cron", "sync")
		cmd.Env = append(cmd.Env, "JOBS_CRON_BACKEND="+backend)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := sync("pg_cron"); err == nil {
		t.Errorf("without the extension: %s", out)
	}
	c.do(`create extension pg_cron`)
	for range 2 { // twice is once
		if out, err := sync("pg_cron"); err != nil || out != "pg_cron ticks every minute\n" {
			t.Fatalf("%v: %s", err, out)
		}
	}
	deadline := time.Now().Add(90 * time.Second)
	for {
		n, _ := c.ask(`select count(*) from jobs.jobs`)
		if n >= 3 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d jobs in a minute and a half", n)
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.none(map[string]string{
		"jobs of no moment of the schedule": `select count(*) from jobs.jobs j where extract(second from j.run_at)::int % 20 <> 0`,
		"moments that came twice":           `select count(*) - count(distinct j.run_at) from jobs.jobs j`,
		"runs of pg_cron that failed":       `select count(*) from cron.job_run_details d where d.status = 'failed'`,
		"more than one entry in pg_cron":    `select count(*) - 1 from cron.job`,
	})
	if out, err := sync("inproc"); err != nil || out != "workers tick\n" {
		t.Errorf("%v: %s", err, out)
	}
	c.none(map[string]string{"entries left in pg_cron": `select count(*) from cron.job`})
}
