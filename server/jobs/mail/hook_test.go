package mail_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// A message that a hook sends goes to it alone, with its codes, under one id for all
// tries, and how it went is written down as for any other.
func TestMessagesThatAHookSends(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	var ids, said []string
	var final bool
	var fails error
	o.hook = func(event, id string, input json.RawMessage) (bool, error) {
		ids, said = append(ids, id), append(said, event+" "+string(input))
		return final, fails
	}
	queue := func(channel, part string) int64 {
		sealed, err := o.ring.Seal("mail", []byte(`{"token": "`+code+`", "token_hash": "h", "confirmation_url": "https://app.test/verify?token=abc"}`))
		if err != nil {
			t.Fatal(err)
		}
		return one[int64](o, `select mail.queue_hook($1, 'ada@example.test', 'send_' || $1, jsonb_build_object($2::text, '{}'::jsonb), $3)`, channel, part, sealed)
	}
	id := queue("mail", "email_data")
	fails = errors.New("down")
	if err := o.work(id); err == nil {
		t.Error("a hook that is down has sent it")
	}
	o.want(id, "queued hook")
	fails = nil
	if err := o.work(id); err != nil {
		t.Error(err)
	}
	o.want(id, "sent")
	if len(ids) != 2 || ids[0] != ids[1] || ids[0] == "" || !strings.Contains(said[1], code) || strings.Contains(said[1], "app.test") || o.console.Len() > 0 {
		t.Errorf("%v %v %s", ids, said, o.console)
	}
	final, fails = true, errors.New("no such mailbox")
	bounced := queue("sms", "sms")
	if err := o.work(bounced); !errors.Is(err, fails) {
		t.Errorf("%v", err)
	}
	o.want(bounced, "bounced hook")
	if sealed := one[*[]byte](o, `select sealed from mail.messages where id = $1`, bounced); sealed != nil || !strings.Contains(said[2], `"otp": "`+code+`"`) && !strings.Contains(said[2], `"otp":"`+code+`"`) {
		t.Errorf("%v %v", sealed, said)
	}
}
