package outbound

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/server/db"
	"howdah/server/jobs"
)

const beginDeliverySQL = `select event::text, topic, payload, version, created_at, url, attempt, subscription::text,
secret_version, secret, previous_version, previous_secret from webhooks.begin_delivery(_delivery => $1)`

const releaseDeliverySQL = `select webhooks.release_delivery(_delivery => $1)::text as released`

const finishDeliverySQL = `select finish_delivery as state from webhooks.finish_delivery(_delivery => $1, _attempt => $2, _status_code => $3,
_duration_ms => $4, _error => $5, _response => $6, _retry_after => $7, _disable_after => $8)`

type delivery struct {
	Event           string
	Topic           string
	Payload         json.RawMessage
	Version         int
	CreatedAt       time.Time
	URL             string
	Attempt         int
	Subscription    string
	SecretVersion   int
	Secret          []byte
	PreviousVersion *int
	PreviousSecret  []byte
}

// deliver is the job webhook.deliver: one attempt. The next one, if there is
// one, is a job that finish_delivery enqueues. It calls the database twice: what
// is sent in between may not happen inside a transaction.
func (s *Service) deliver(ctx context.Context, job jobs.Job) (json.RawMessage, error) {
	var in struct{ Delivery int64 }
	if err := payload(job, &in); err != nil {
		return nil, err
	}
	if in.Delivery == 0 {
		return nil, jobs.Final(errors.New("the payload of webhook.deliver names no delivery: call webhooks.emit"))
	}
	d, err := db.CallRow[delivery](ctx, s.Pool, beginDeliverySQL, in.Delivery)
	if errors.Is(err, pgx.ErrNoRows) {
		return json.RawMessage(`{"state": "done before"}`), nil
	}
	if err != nil {
		return nil, err
	}
	r, err := s.signed(d, time.Now())
	if err != nil {
		return s.delivered(ctx, in.Delivery, d.Attempt, nil, 0, err)
	}
	began := time.Now()
	resp, err := s.Client.Do(ctx, r)
	took := time.Since(began)
	var e *Error
	switch {
	case errors.As(err, &e) && e.Kind == Busy:
		return nil, s.putOff(ctx, in.Delivery, e.Wait)
	case err != nil && ctx.Err() != nil: // the worker stops, which is not the receiver's fault
		return nil, s.putOff(ctx, in.Delivery, busyWait)
	default:
		return s.delivered(ctx, in.Delivery, d.Attempt, resp, took, err)
	}
}

// putOff gives the attempt back, for one soon after.
func (s *Service) putOff(ctx context.Context, id int64, wait time.Duration) error {
	ctx, cancel := settling(ctx)
	defer cancel()
	if _, err := db.CallRow[struct{ Released *string }](ctx, s.Pool, releaseDeliverySQL, id); err != nil {
		return err
	}
	return jobs.Snooze(wait)
}

// delivered writes down how the attempt went.
func (s *Service) delivered(ctx context.Context, id int64, attempt int, resp *Response, took time.Duration, failed error) (json.RawMessage, error) {
	ctx, cancel := settling(ctx)
	defer cancel()
	var (
		status       *int
		answer, text *string
		wait         time.Duration
	)
	if failed != nil {
		why := failed.Error()
		text = &why
	} else {
		body := storable(string(resp.Body))
		status, answer, wait = &resp.Status, &body, retryAfter(resp.Header, time.Now())
	}
	out, err := db.CallRow[struct{ State *string }](ctx, s.Pool, finishDeliverySQL,
		id, attempt, status, took.Milliseconds(), text, answer, wait, s.Config.WebhookDisableAfter)
	if err != nil {
		return nil, err
	}
	result := map[string]any{"attempt": attempt, "state": out.State, "status": status, "error": text}
	return json.Marshal(result)
}

// signed is the request of a delivery. The body is canonical JSON (sorted, no
// blanks): what is signed is what is sent, and the same each time.
func (s *Service) signed(d delivery, now time.Time) (Request, error) {
	current, err := secretOf(s.Ring, d.Subscription, d.SecretVersion, d.Secret)
	if err != nil {
		return Request{}, err
	}
	secrets := []string{current}
	if d.PreviousVersion != nil {
		previous, err := secretOf(s.Ring, d.Subscription, *d.PreviousVersion, d.PreviousSecret)
		if err != nil {
			return Request{}, err
		}
		secrets = append(secrets, previous)
	}
	body, err := canonical(map[string]any{
		"id": d.Event, "topic": d.Topic, "payload": d.Payload, "version": d.Version, "created_at": d.CreatedAt.UTC().Format(time.RFC3339Nano),
	})
	if err != nil {
		return Request{}, fmt.Errorf("write event %s: %w", d.Event, err)
	}
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Howdah-Webhooks")
	h.Set("X-Event-Id", d.Event)
	h.Set("X-Topic", d.Topic)
	h.Set("X-Attempt", strconv.Itoa(d.Attempt))
	h.Set("X-Payload-Version", strconv.Itoa(d.Version))
	sign(h, d.Event, now, body, secrets...)
	return Request{Method: http.MethodPost, URL: d.URL, Header: h, Body: body, Timeout: time.Duration(s.Config.WebhookTimeoutS) * time.Second}, nil
}

// canonical writes JSON with sorted members, without blanks, numbers as they came.
func canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(tree); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
