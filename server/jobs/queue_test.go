package jobs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"howdah/server/db/dbtest"
	"howdah/server/jobs"
)

// Of jobs that share a concurrency key never two run at once, and all of them
// run, however many workers there are.
func TestAConcurrencyKeyIsAMutex(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `select jobs.register('keyed')`)
	var running [3]atomic.Int32
	handler := func(_ context.Context, j jobs.Job) (json.RawMessage, error) {
		var in struct{ Key int }
		if err := json.Unmarshal(j.Payload, &in); err != nil {
			return nil, err
		}
		if running[in.Key].Add(1) > 1 {
			t.Errorf("two jobs of key %d run at once", in.Key)
		}
		running[in.Key].Add(-1)
		return nil, nil
	}
	for range 3 {
		start(t, d, settings(), map[string]jobs.Handler{"keyed": handler})
	}
	exec(t, d, `select jobs.enqueue('keyed', jsonb_build_object('key', n % 3), _concurrency_key => (n % 3)::text) from generate_series(1, 150) n`)
	eventually(t, d, "all keyed jobs end", `select count(*) = 150 from jobs.finished f where f.state = 'succeeded'`)
}

// A queue never runs more jobs at once than it may, however many workers there are.
func TestAQueueKeepsToItsLimit(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `select jobs.register('few'), jobs.queue_set('default', _concurrency => 3)`)
	for range 3 {
		start(t, d, settings(), map[string]jobs.Handler{"few": noop})
	}
	exec(t, d, `select jobs.enqueue('few') from generate_series(1, 200)`)
	owner := d.Owner(t)
	for ended, most := 0, 0; ended < 200; {
		if err := owner.QueryRow(t.Context(), `select (select count(*) from jobs.finished), (select count(*) from jobs.jobs j where j.state = 'running')`).Scan(&ended, &most); err != nil {
			t.Fatal(err)
		}
		if most > 3 {
			t.Fatalf("%d jobs are claimed at once", most)
		}
	}
}

// Two that enqueue under one idempotency key at once get one job.
func TestAnIdempotencyKeyStandsForOneJobInARace(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	var (
		mu    sync.Mutex
		ids   = map[int64]bool{}
		racer sync.WaitGroup
	)
	for range 8 {
		racer.Go(func() {
			for n := range 20 {
				var id int64
				if err := d.Pool.QueryRow(t.Context(), `select jobs.enqueue(_name => 'http.request', _idempotency_key => $1)`, fmt.Sprint(n)).Scan(&id); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				ids[id] = true
				mu.Unlock()
			}
		})
	}
	racer.Wait()
	eventually(t, d, "there are twenty jobs", `select count(*) = 20 from jobs.jobs`)
	if len(ids) != 20 {
		t.Errorf("%d ids were answered for 20 keys", len(ids))
	}
}

// Dependents of jobs that end at the same time all become ready.
func TestDependentsOfJobsThatEndTogetherRun(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `select jobs.register('part'), jobs.register('whole')`)
	var wholes atomic.Int32
	handlers := map[string]jobs.Handler{
		"part":  func(context.Context, jobs.Job) (json.RawMessage, error) { return nil, nil },
		"whole": func(context.Context, jobs.Job) (json.RawMessage, error) { wholes.Add(1); return nil, nil },
	}
	exec(t, d, `do $$
declare v_parts bigint[];
begin
  for n in 1 .. 40 loop
    v_parts := jobs.enqueue_many('[{"name": "part"}, {"name": "part"}, {"name": "part"}]');
    perform jobs.enqueue('whole', _after => v_parts);
  end loop;
end $$`)
	for range 3 {
		start(t, d, settings(), handlers)
	}
	eventually(t, d, "parts and wholes end", `select count(*) = 160 from jobs.finished f where f.state = 'succeeded'`)
	if wholes.Load() != 40 {
		t.Errorf("%d of 40 wholes ran", wholes.Load())
	}
}

// A payload and a result of ten megabytes go in and come out.
func TestTenMegabytes(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `select jobs.register('big')`)
	start(t, d, settings(), map[string]jobs.Handler{
		"big": func(_ context.Context, j jobs.Job) (json.RawMessage, error) { return j.Payload, nil },
	})
	exec(t, d, `select jobs.enqueue('big', $1)`, `{"text":"`+strings.Repeat("elephant", 10<<20/8)+`"}`)
	eventually(t, d, "the big job ends", `select count(*) = 1 from jobs.finished f where length(f.result ->> 'text') = 10485760 and f.result = f.payload`)
}

// A worker that is told to stop hands back what it has not begun and finishes
// what it has.
func TestAWorkerDrains(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `select jobs.register('slow'); select jobs.enqueue('slow') from generate_series(1, 50)`)
	begun, release := make(chan struct{}, 50), make(chan struct{})
	s := jobs.New(jobs.Deps{Pool: d.Pool, Config: settings()})
	s.Register("slow", func(context.Context, jobs.Job) (json.RawMessage, error) {
		begun <- struct{}{}
		<-release
		return nil, nil
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.RunConfigured(ctx) }()
	for range settings().Concurrency {
		<-begun
	}
	stop()
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	eventually(t, d, "nothing is left running, nothing lost", `select (select count(*) from jobs.finished) + (select count(*) from jobs.jobs j where j.state <> 'running') = 50
  and (select count(*) from jobs.finished) >= 5 and not exists (select from jobs.workers)`)
}

// A job that was cancelled while it runs ends its handler's context with the
// next heartbeat, and what the handler says then counts for nothing.
func TestCancelReachesARunningHandler(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `select jobs.register('long'); select jobs.enqueue('long')`)
	c := settings()
	c.VisibilityTimeoutS = 1
	begun, cause := make(chan struct{}), make(chan error, 1)
	start(t, d, c, map[string]jobs.Handler{"long": func(ctx context.Context, _ jobs.Job) (json.RawMessage, error) {
		close(begun)
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return json.RawMessage(`"too late"`), nil
	}})
	<-begun
	exec(t, d, `select jobs.cancel(array(select j.id from jobs.jobs j))`)
	if err := <-cause; err != jobs.ErrLost { //nolint:errorlint // the very one is promised
		t.Errorf("the context ended with %v", err)
	}
	eventually(t, d, "the job stays cancelled", `select count(*) = 1 from jobs.finished f where f.state = 'cancelled' and f.result is null`)
}
