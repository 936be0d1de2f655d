package mail_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"howdah/server/jobs"
)

func TestSenderThatDied(t *testing.T) {
	t.Parallel()
	s := newSink(t, "starttls")
	o := newOffice(t, smtpVars(s, "starttls"))
	keyed, plain, early := o.send("once"), o.send(""), o.send("early")
	for _, id := range []int64{keyed, plain, early} { // claimed, and then nothing
		one[string](o, `select state from mail.claim($1)`, id)
	}
	one[bool](o, `select mail.hand_over($1, 1)`, keyed)
	var snooze *jobs.SnoozeError
	if err := o.work(plain); !errors.As(err, &snooze) { // its sender may be alive
		t.Errorf("got %v", err)
	}
	if _, err := o.owner.Exec(t.Context(), `update mail.messages set claimed_at = claimed_at - interval '3 minutes'`); err != nil {
		t.Fatal(err)
	}
	if err := o.work(keyed); !final(err) {
		t.Errorf("got %v", err)
	}
	o.want(keyed, "unknown crash")
	if err := o.work(plain); err != nil {
		t.Error(err)
	}
	o.want(plain, "sent")
	if err := o.work(early); err != nil { // it died before anything could have left
		t.Error(err)
	}
	o.want(early, "sent")
	if len(s.got()) != 2 {
		t.Errorf("%d mails", len(s.got()))
	}
}

// However many workers take one message with a key, one mail leaves.
func TestManyWorkersSendOnce(t *testing.T) {
	t.Parallel()
	s := newSink(t, "starttls")
	o := newOffice(t, smtpVars(s, "starttls"))
	id := o.send("once")
	job := jobs.Job{Name: "mail.send", Payload: json.RawMessage(fmt.Sprintf(`{"message": %d}`, id))}
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			var snooze *jobs.SnoozeError
			if _, err := o.handlers["mail.send"](t.Context(), job); err != nil && !errors.As(err, &snooze) {
				t.Error(err)
			}
		})
	}
	workers.Wait()
	if n := len(s.got()); n != 1 {
		t.Errorf("%d mails", n)
	}
	if state := one[string](o, `select state from mail.messages where id = $1`, id); state != "sent" {
		t.Errorf("the message is %s", state)
	}
}
