package jobs_test

import (
	"testing"

	"howdah/server/db/dbtest"
	"howdah/server/jobs"
)

// While a transaction keeps vacuum from its work, slots are emptied all the
// same: what is dead does not pile up.
func TestSlotsAreEmptiedWhileVacuumIsPinned(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `select jobs.register('noop'); select jobs.enqueue('noop', _run_at => now() + '1 day')`)
	pin := d.Owner(t)
	if _, err := pin.Exec(t.Context(), `begin isolation level repeatable read; select count(*) from pg_class`); err != nil {
		t.Fatal(err)
	}
	start(t, d, settings(), map[string]jobs.Handler{"noop": noop})
	for range 3 {
		exec(t, d, `select jobs.enqueue_many((select jsonb_agg('{"name": "noop"}'::jsonb) from generate_series(1, 12000)))`)
		eventually(t, d, "the jobs end", `select not exists (select from jobs.jobs j where j.state in ('ready', 'running'))`)
	}
	eventually(t, d, "drained slots are empty, also the one that held a job of tomorrow",
		`select sum(pg_relation_size(c.oid)) < 5000000 from pg_class c where c.relname ~ '^jobs_[0-7]$' and c.relnamespace = 'jobs'::regnamespace`)
	eventually(t, d, "which is not lost", `select count(*) = 1 from jobs.jobs j where j.state = 'scheduled'`)
}
