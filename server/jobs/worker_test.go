package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/db/dbtest"
	"howdah/server/jobs"
)

func settings() config.Jobs {
	return config.Jobs{
		Enabled: true, PollIntervalS: 0.2, Concurrency: 5, DefaultMaxAttempts: 3, BackoffBaseS: 0.01, BackoffMaxS: 0.02,
		VisibilityTimeoutS: 300, DrainTimeoutS: 10, RetentionS: 604800, CronBackend: "off",
	}
}

// start runs a worker until the test ends.
func start(t *testing.T, d *dbtest.DB, c config.Jobs, handlers map[string]jobs.Handler) {
	t.Helper()
	s := jobs.New(jobs.Deps{Pool: d.Pool, Config: c})
	for name, h := range handlers {
		s.Register(name, h)
	}
	if err := s.Configure(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	listener := db.NewListener(d.Pool)
	listener.On(jobs.Channel, s.Woken)
	done := make(chan error, 2)
	go func() { listener.Run(ctx); done <- nil }()
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, <-done); err != nil {
			t.Error(err)
		}
	})
}

// eventually waits until the query answers true.
func eventually(t *testing.T, d *dbtest.DB, what, query string) {
	t.Helper()
	owner := d.Owner(t)
	deadline := time.Now().Add(30 * time.Second)
	for {
		var ok bool
		if err := owner.QueryRow(t.Context(), query).Scan(&ok); err != nil {
			t.Fatal(err)
		}
		if ok {
			return
		}
		if time.Now().After(deadline) {
			var state string
			_ = owner.QueryRow(t.Context(), `select coalesce(jsonb_agg(to_jsonb(j))::text, 'none') from (select * from jobs.jobs limit 5) j`).Scan(&state)
			t.Fatalf("never: %s; still waiting: %s", what, state)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func exec(t *testing.T, d *dbtest.DB, sql string, args ...any) {
	t.Helper()
	if _, err := d.Owner(t).Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func TestWorkerRunsWhatIsEnqueued(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `create function public.greet(_p jsonb) returns text language sql as $$ select 'hello ' || (_p ->> 'who') $$;
create function public.slow() returns void language plpgsql as $$ begin loop end loop; end $$;
select jobs.register('greet', 'public.greet'), jobs.register('slow', 'public.slow', _timeout => '50 ms', _max_attempts => 1),
       jobs.register('fine'), jobs.register('bad'), jobs.register('panics'), jobs.register('poison'), jobs.register('later'), jobs.register('hangs', _timeout => '20 ms')`)
	var snoozed atomic.Int32
	start(t, d, settings(), map[string]jobs.Handler{
		"fine":   func(_ context.Context, j jobs.Job) (json.RawMessage, error) { return j.Payload, nil },
		"bad":    func(context.Context, jobs.Job) (json.RawMessage, error) { return nil, errors.New("no\x00pe") },
		"panics": func(context.Context, jobs.Job) (json.RawMessage, error) { panic("oh") },
		"poison": func(context.Context, jobs.Job) (json.RawMessage, error) { return json.RawMessage(`"\u0000"`), nil },
		"hangs": func(ctx context.Context, _ jobs.Job) (json.RawMessage, error) {
			<-ctx.Done()
			return nil, jobs.Final(ctx.Err())
		},
		"later": func(_ context.Context, j jobs.Job) (json.RawMessage, error) {
			if snoozed.Add(1) == 1 {
				return nil, jobs.Snooze(time.Millisecond)
			}
			return json.RawMessage(fmt.Sprint(j.Attempt)), nil
		},
	})
	exec(t, d, `select jobs.enqueue('greet', '{"who": "you"}'), jobs.enqueue('slow'), jobs.enqueue('fine', '{"a": 1}'), jobs.enqueue('bad'),
  jobs.enqueue('panics'), jobs.enqueue('poison'), jobs.enqueue('later'), jobs.enqueue('hangs')`)
	eventually(t, d, "all end", `select count(*) = 8 from jobs.finished`)
	want := map[string]string{
		"greet": `succeeded "hello you" 1 0`, "slow": "dead  1 1 run SQL handlers: ERROR: canceling statement due to statement timeout", "fine": `succeeded {"a": 1} 1 0`, "bad": "dead  3 3 nope", "panics": "dead  3 3 panic: oh",
		"poison": "dead  1 1 final: the result cannot be kept", "later": "succeeded 1 1 0", "hangs": "dead  1 1 timed out",
	}
	for name, expected := range want {
		var got string
		if err := d.Owner(t).QueryRow(t.Context(), `select concat_ws(' ', f.state, coalesce(f.result::text, ''), f.attempts, jsonb_array_length(f.errors), f.errors -> -1 ->> 'error')
  from jobs.finished f where f.name = $1`, name).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(got, expected) {
			t.Errorf("%s: got %q, want %q", name, got, expected)
		}
	}
}
