package outbound_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"howdah/server/jobs"
)

// subscribe is the id and the secret of a new subscription.
func (p *post) subscribe(url, topic string) (id, secret string) {
	p.t.Helper()
	made := p.api("POST", "/webhooks/v1/subscriptions", fmt.Sprintf(`{"topics": [%q], "url": %q}`, topic, url), http.StatusCreated)
	return made["id"].(string), made["secret"].(string)
}

// A5-01: from the producer to the delivery, the HMAC verified.
func TestWebhookIsDelivered(t *testing.T) {
	p := newPost(t)
	s, got := receiver(t, http.StatusOK)
	id, secret := p.subscribe(s.URL, "orders.*")
	event := one[string](p, `select webhooks.emit('orders.paid', '{"b": "<é>", "a": {"y": 1.50, "x": null}}', 2, '2026-01-01 00:00Z')::text`)
	if errs := p.work("webhook.deliver"); len(errs) != 1 || errs[0] != nil {
		t.Fatal(errs)
	}
	r := (*got)[0]
	if !verified(r, secret) || verified(r, "whsec_AAAA") || !verifiedHex(r, secret) {
		t.Errorf("the signature does not hold: %v", r)
	}
	want := `{"created_at":"2026-01-01T00:00:00Z","id":"` + event + `","payload":{"a":{"x":null,"y":1.50},"b":"<é>"},"topic":"orders.paid","version":2}`
	if r.body != want {
		t.Errorf("the body is %s, want %s", r.body, want)
	}
	for name, value := range map[string]string{
		"Webhook-Id": event, "X-Event-Id": event, "X-Topic": "orders.paid", "X-Attempt": "1", "X-Signature-Alg": "hmac-sha256",
		"X-Signature-Version": "v1", "X-Payload-Version": "2", "Content-Type": "application/json",
	} {
		if r.header.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, r.header.Get(name), value)
		}
	}
	headers, err := json.Marshal(map[string]string{
		"webhook-id": event, "webhook-timestamp": r.header.Get("webhook-timestamp"), "webhook-signature": r.header.Get("webhook-signature"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !one[bool](p, `select webhooks.verify(array[$1], $2, $3) and webhooks.verify_hex(array[$1], $4, $3)`, secret, headers, r.body, r.header.Get("X-Signature")) {
		t.Error("SQL does not verify it")
	}
	if shown := p.api("GET", "/webhooks/v1/subscriptions/"+id+"/secret", "", http.StatusOK); shown["secret"] != secret {
		t.Error("the secret is shown differently")
	}
	if one[bool](p, `select s::text ~ $1 from webhooks.subscriptions s`, secret[len("whsec_"):]) {
		t.Error("the secret rests in the table")
	}
}

// A5-02: retries stop on success.
func TestRetriesStopOnSuccess(t *testing.T) {
	p := newPost(t)
	s, got := receiver(t, http.StatusInternalServerError, http.StatusFound, http.StatusOK)
	p.subscribe(s.URL, "*")
	one[any](p, `select webhooks.emit('a')`)
	for range 3 {
		if errs := p.work("webhook.deliver"); len(errs) != 1 || errs[0] != nil {
			t.Fatal(errs)
		}
	}
	if errs := p.work("webhook.deliver"); len(errs) != 0 {
		t.Errorf("%d attempts follow a success", len(errs))
	}
	if len(*got) != 3 || (*got)[2].header.Get("X-Attempt") != "3" || (*got)[0].header.Get("Webhook-Id") != (*got)[2].header.Get("Webhook-Id") {
		t.Errorf("the receiver got %v", *got)
	}
	delivery := one[int64](p, `select id from webhooks.deliveries`)
	shown := p.api("GET", "/webhooks/v1/deliveries/"+strconv.FormatInt(delivery, 10), "", http.StatusOK)
	if attempts := shown["attempts"].([]any); len(attempts) != 3 || shown["state"] != "delivered" || attempts[0].(map[string]any)["response"] != "answer 1" {
		t.Errorf("the log shows %v", shown)
	}
	if err := p.do(t.Context(), deliveryJob(delivery)); err != nil || len(*got) != 3 {
		t.Errorf("a job that came twice delivers twice: %v", err)
	}
	p.api("POST", fmt.Sprintf("/webhooks/v1/deliveries/%d/replay", delivery), "", http.StatusAccepted)
	if errs := p.work("webhook.deliver"); len(errs) != 1 || len(*got) != 4 || (*got)[3].header.Get("Webhook-Id") != (*got)[0].header.Get("Webhook-Id") {
		t.Errorf("a replay: %v, %d", errs, len(*got))
	}
}

// A5-03: in the window of a rotation the old and the new secret verify.
func TestSecretRotates(t *testing.T) {
	p := newPost(t)
	s, got := receiver(t, http.StatusOK)
	id, old := p.subscribe(s.URL, "*")
	fire := func() received {
		t.Helper()
		p.api("POST", "/webhooks/v1/test-fire", `{"topic": "a", "payload": {}}`, http.StatusAccepted)
		if errs := p.work("webhook.deliver"); len(errs) != 1 || errs[0] != nil {
			t.Fatal(errs)
		}
		return (*got)[len(*got)-1]
	}
	rotated := p.api("POST", "/webhooks/v1/subscriptions/"+id+"/rotate", `{"window_seconds": 3600}`, http.StatusOK)
	current := rotated["secret"].(string)
	if current == old {
		t.Fatal("the secret stays")
	}
	if r := fire(); !verified(r, old) || !verified(r, current) || !verifiedHex(r, old) {
		t.Errorf("within the window: %v", r.header)
	}
	if one[int](p, `with w as (update webhooks.subscriptions set previous_until = now() - interval '1 s' returning 1) select count(*)::int from w`) != 1 {
		t.Fatal("no subscription")
	}
	if r := fire(); verified(r, old) || !verified(r, current) || !verifiedHex(r, current) {
		t.Errorf("after the window: %v", r.header)
	}
	p.api("POST", "/webhooks/v1/subscriptions/"+id+"/rotate", `{"window_seconds": 0, "secret": "a secret that was brought along"}`, http.StatusOK)
	if r := fire(); verified(r, current) || !verifiedHex(r, "a secret that was brought along") {
		t.Errorf("a secret that was brought along: %v", r.header)
	}
	if one[bool](p, `select s::text ~ 'brought' or s::text ~ encode('brought', 'hex') from webhooks.subscriptions s`) {
		t.Error("it rests in the table")
	}
}

func TestReceiverThatIsUnreachable(t *testing.T) {
	p := newPost(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, url := range []string{gone.URL, "http://169.254.169.254/", "http://10.0.0.1/"} {
		p.subscribe(url, "*")
	}
	one[any](p, `select webhooks.emit('a')`)
	for _, err := range p.work("webhook.deliver") {
		if err != nil {
			t.Error(err)
		}
	}
	if n := one[int](p, `select count(*)::int from webhooks.attempts where error <> '' and status_code is null`); n != 3 {
		t.Errorf("%d failures are written down", n)
	}
	if n := one[int](p, `select count(*)::int from jobs.jobs where name = 'webhook.deliver'`); n != 3 {
		t.Errorf("%d attempts follow", n)
	}
}

func TestWorkerThatStopsGivesTheAttemptBack(t *testing.T) {
	p := newPost(t)
	ctx, stop := context.WithCancel(t.Context())
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stop(); <-release }))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(release) })
	p.subscribe(s.URL, "*")
	one[any](p, `select webhooks.emit('a')`)
	err := p.do(ctx, deliveryJob(one[int64](p, `select id from webhooks.deliveries`)))
	var snooze *jobs.SnoozeError
	if !errors.As(err, &snooze) {
		t.Errorf("got %v", err)
	}
	if !one[bool](p, `select attempts = 0 and state = 'queued' from webhooks.deliveries`) {
		t.Error("the attempt is counted")
	}
}

func TestSubscriptionsOverHTTP(t *testing.T) {
	p := newPost(t)
	p.raw("POST", "/webhooks/v1/subscriptions", `{"topics": ["*"], "url": "https://a.test/"}`, "", http.StatusForbidden)
	p.raw("GET", "/webhooks/v1/subscriptions", "", "nonsense", http.StatusUnauthorized)
	for _, body := range []string{`{"topics": [], "url": "https://a.test/"}`, `{"topics": ["*"], "url": "file:///etc"}`, `{"topics": "a"}`, `[`, `{"topic": "a", "url": "https://a.test/", "secret": "short"}`} {
		if refused := p.api("POST", "/webhooks/v1/subscriptions", body, http.StatusBadRequest); refused["detail"] == "" || refused["code"] == "" {
			t.Errorf("%s: %v", body, refused)
		}
	}
	made := p.api("POST", "/_webhooks/subscriptions", `{"topic": "users.made", "url": "https://a.test/"}`, http.StatusCreated)
	path := "/webhooks/v1/subscriptions/" + made["id"].(string)
	p.api("POST", "/_webhooks/test-fire", `{"topic": "orders.paid", "payload": {}}`, http.StatusNotFound)
	p.api("POST", "/_webhooks/test-fire", `{"topic": "users.made", "payload": {"id": 1}}`, http.StatusAccepted)
	p.api("POST", "/webhooks/v1/events", `{"topic": "users.made", "payload": [1]}`, http.StatusAccepted)
	p.api("POST", "/webhooks/v1/events", `{"topic": "users.*"}`, http.StatusBadRequest)
	if changed := p.api("PATCH", path, `{"enabled": false, "topics": ["a", "b.*"]}`, http.StatusOK); changed["enabled"] != false || changed["url"] != "https://a.test/" {
		t.Errorf("changed to %v", changed)
	}
	if got := p.api("GET", path, "", http.StatusOK); len(got["topics"].([]any)) != 2 || got["secret"] != nil {
		t.Errorf("shown as %v", got)
	}
	var list, log []map[string]any
	for path, into := range map[string]*[]map[string]any{"/webhooks/v1/subscriptions?limit=5": &list, "/webhooks/v1/deliveries?state=queued&subscription=" + made["id"].(string): &log} {
		if err := json.Unmarshal(p.raw("GET", path, "", p.key, http.StatusOK), into); err != nil {
			t.Fatal(err)
		}
	}
	if len(list) != 1 || len(log) != 2 {
		t.Errorf("%d subscriptions, %d deliveries", len(list), len(log))
	}
	for _, query := range []string{"deliveries?limit=x", "deliveries?subscription=1", "subscriptions?after=1", "deliveries/x", "subscriptions/1"} {
		p.api("GET", "/webhooks/v1/"+query, "", http.StatusBadRequest)
	}
	p.api("POST", path+"/replay", `{"since": "`+time.Now().Add(time.Hour).Format(time.RFC3339)+`"}`, http.StatusNotFound)
	p.api("DELETE", path, "", http.StatusOK)
	p.api("GET", path, "", http.StatusNotFound)
	p.api("GET", path+"/secret", "", http.StatusNotFound)
}
