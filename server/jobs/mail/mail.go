// Package mail delivers what mail.send and sms.send have queued: it opens the
// sealed secrets, has the database render the message, and sends it.
package mail

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/jobs"
	"howdah/server/jobs/door"
	"howdah/server/jobs/outbound"
	"howdah/server/token"
)

// Deps is what a Service is made of.
type Deps struct {
	Pool        *db.Pool
	Ring        *token.Ring
	Config      config.Mail
	Outbound    *outbound.Client
	Door        *door.Door
	Development bool      // the console prints, /dev/inbox is there
	Console     io.Writer // where it prints

	Hook func(ctx context.Context, event, id string, input json.RawMessage) (final bool, err error) // sends in place of us
}

// Service sends mail and text messages.
type Service struct {
	Deps
	mail, sms sender
}

// sender is a backend. Its error is a *failure where it can say what comes
// next, and anything else may be tried again. It calls handOver before the
// message leaves, and passes its error on.
type sender interface {
	send(ctx context.Context, m message) error
}

// message is what to send, rendered.
type message struct {
	id        int64
	channel   string // mail or sms
	messageID string // the same each time it is sent
	recipient string
	subject   string
	text      string
	html      string // empty: plain text alone
	hook      []byte // event and input of the hook that sends it; nil for none

	handOver func(context.Context) error // comes before the first byte that leaves
}

// failure is a message that was not sent, or may not have been.
type failure struct {
	outcome string // refused: never again. later. unknown: it broke off too late to know.
	class   string // smtp_550, connection, …
	err     error
}

func (f *failure) Error() string { return f.class + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// New makes a Service; it fails where a file of the configuration cannot be read.
func New(d Deps) (*Service, error) {
	s := &Service{Deps: d}
	var err error
	switch {
	case d.Config.Backend == "smtp":
		s.mail, err = newSMTP(d.Config)
	case d.Config.Backend == "none":
		s.mail = nobody{}
	case d.Config.Backend == "inbox" && d.Development:
		s.mail = &inbox{s}
	default:
		s.mail = &console{s}
	}
	s.sms = &console{s}
	if d.Config.SMSBackend == "http" {
		s.sms = &gateway{client: d.Outbound, config: d.Config}
	}
	return s, err
}

// Handlers are the jobs that send, by name.
func (s *Service) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{
		"mail.send": func(ctx context.Context, job jobs.Job) (json.RawMessage, error) { return s.deliver(ctx, job, s.mail) },
		"sms.send":  func(ctx context.Context, job jobs.Job) (json.RawMessage, error) { return s.deliver(ctx, job, s.sms) },
	}
}

const claimSQL = `select state, coalesce(channel, '') as channel, sealed, coalesce(attempts, 0) as attempts from mail.claim(_message => $1)`

const handOverSQL = `select hand_over as mine from mail.hand_over(_message => $1, _attempt => $2)`

const renderSQL = `select recipient, subject, text_body, coalesce(html_body, '') as html_body, hook from mail.render(_message => $1, _secrets => $2)`

const finishSQL = `select finish as state from mail.finish(_message => $1, _outcome => $2, _error_class => $3, _error => $4)`

// busyPause is how long a message is let alone that another sender is at.
const busyPause = 15 * time.Second

// sealPurpose is what the secrets of a message are sealed for.
const sealPurpose = "mail"

// errTakenOver ends an attempt that was so slow that another has the message now.
var errTakenOver = errors.New("another sender has taken the message over")

// deliver calls the database four times: the claim must commit before anything
// begins, the secrets are opened outside of it, that it leaves must be known
// before it does, and what came of it is known last.
func (s *Service) deliver(ctx context.Context, job jobs.Job, by sender) (json.RawMessage, error) {
	var in struct{ Message int64 }
	if err := json.Unmarshal(job.Payload, &in); err != nil {
		return nil, jobs.Final(fmt.Errorf("payload of %s: %w", job.Name, err))
	}
	claimed, err := db.CallRow[struct {
		State, Channel string
		Sealed         []byte
		Attempts       int
	}](ctx, s.Pool, claimSQL, in.Message)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return json.RawMessage(`{"state": "done before"}`), nil
	case err != nil:
		return nil, err
	case claimed.State == "busy":
		return nil, jobs.Snooze(busyPause)
	case claimed.State != "sending":
		return nil, jobs.Final(fmt.Errorf("the worker that was sending it died; it is %s now", claimed.State))
	}
	m, err := s.render(ctx, in.Message, claimed.Channel, claimed.Sealed)
	m.handOver = func(ctx context.Context) error {
		given, err := db.CallRow[struct{ Mine bool }](ctx, s.Pool, handOverSQL, in.Message, claimed.Attempts)
		if err == nil && !given.Mine {
			err = errTakenOver
		}
		return err
	}
	if m.hook != nil {
		by = &hook{s.Hook}
	}
	if err == nil {
		err = by.send(ctx, m)
	}
	if errors.Is(err, errTakenOver) {
		return json.RawMessage(`{"state": "taken over"}`), nil
	}
	return s.finish(ctx, in.Message, err)
}

func (s *Service) render(ctx context.Context, id int64, channel string, sealed []byte) (message, error) {
	secrets := []byte("{}")
	if sealed != nil {
		var err error
		if secrets, err = s.Ring.Unseal(sealPurpose, sealed); err != nil {
			return message{}, &failure{"refused", "unseal", errors.New("its codes were sealed under another keyset")}
		}
	}
	r, err := db.CallRow[struct {
		Recipient, Subject string
		TextBody, HTMLBody string
		Hook               json.RawMessage
	}](ctx, s.Pool, renderSQL, id, json.RawMessage(secrets))
	if err != nil {
		return message{}, fmt.Errorf("render message %d: %w", id, err)
	}
	return message{
		id: id, channel: channel, messageID: s.messageID(id, r.Recipient),
		recipient: r.Recipient, subject: r.Subject, text: r.TextBody, html: r.HTMLBody, hook: r.Hook,
	}, nil
}

// messageID is the same for each attempt, so that a mailbox can tell that it
// has the message already.
func (s *Service) messageID(id int64, recipient string) string {
	return hex.EncodeToString(s.Ring.MAC("message id", []byte(strconv.FormatInt(id, 10)+" "+recipient))[:16])
}

// finishTimeout bounds writing down what happened, which goes on when the job
// was told to stop: what has left has left.
const finishTimeout = 10 * time.Second

// finish writes down how sending went; the database says whether there is a
// next time.
func (s *Service) finish(ctx context.Context, id int64, sent error) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	var (
		f     *failure
		class *string
		text  *string
	)
	outcome := "sent"
	if sent != nil && !errors.As(sent, &f) {
		f = &failure{"later", "internal", sent}
	}
	if f != nil {
		why := f.err.Error()
		outcome, class, text = f.outcome, &f.class, &why
	}
	out, err := db.CallRow[struct{ State *string }](ctx, s.Pool, finishSQL, id, outcome, class, text)
	switch {
	case err != nil:
		return nil, err
	case f == nil:
		return json.RawMessage(`{"state": "sent"}`), nil
	case out.State != nil && *out.State == "queued":
		return nil, f
	default:
		return nil, jobs.Final(f)
	}
}
