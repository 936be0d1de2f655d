package jobs_test

import (
	"context"
	"testing"
	"time"

	"howdah/server/db/dbtest"
	"howdah/server/jobs"
)

// Nothing is enqueued, nobody works: what is old goes all the same, more of it
// than a batch holds.
func TestAnIdleSystemForgets(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	exec(t, d, `insert into mail.messages (channel, recipient, body, state, created_at) select 'sms', '+1', 'x', 'sent', now() - interval '2 hours' from generate_series(1, 2500);
insert into mail.messages (channel, recipient, body, state) values ('sms', '+1', 'x', 'sent');
insert into webhooks.inbox (source, message_id, received_at) select 's', n::text, now() - interval '2 hours' from generate_series(1, 1500) n`)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&jobs.Keeper{Pool: d.Pool, Mail: time.Hour, Net: time.Hour, Webhooks: time.Hour}).Run(ctx)
	}()
	eventually(t, d, "what is old is forgotten", `select (select count(*) from mail.messages) = 1 and not exists (select from webhooks.inbox)`)
	stop()
	<-done
}
