package main

import (
	"context"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// letterbox is a mail server that counts what it takes, by recipient.
type letterbox struct {
	mu    sync.Mutex
	taken map[string]int
}

type letterboxSession struct {
	box *letterbox
	to  string
}

func (b *letterbox) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &letterboxSession{box: b}, nil
}

func (s *letterboxSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *letterboxSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}

func (s *letterboxSession) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.taken[s.to]++
	return nil
}

func (s *letterboxSession) Reset()        {}
func (s *letterboxSession) Logout() error { return nil }

func newLetterbox(t *testing.T) (box *letterbox, port int) {
	t.Helper()
	box = &letterbox{taken: map[string]int{}}
	server := smtp.NewServer(box)
	server.Domain = "localhost"
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return box, l.Addr().(*net.TCPAddr).Port
}

const setUpMailSQL = `select mail.send(_to => 'k' || n || '@app.test', _template => 'confirmation', _idempotency_key => 'k' || n),
       mail.send(_to => 'p' || n || '@app.test', _template => 'confirmation') from generate_series(1, 300) n`

// What a dead worker was sending is let alone for two minutes; here they pass
// in four seconds, which nobody who lives takes to send.
const passSQL = `update mail.messages set claimed_at = claimed_at - interval '3 minutes'
 where state = 'sending' and claimed_at between now() - interval '2 minutes' and now() - interval '4 seconds';
select jobs.retry(array(select j.id from jobs.jobs j where j.state = 'scheduled'))`

// Workers are killed in the middle of sending. A message with an idempotency
// key is taken once, or stands at unknown and was taken once at most; one
// without is taken once or more. None is left, and what is sent was taken.
func TestMailWhoseWorkerIsKilled(t *testing.T) {
	t.Parallel()
	c := newCrashSite(t, setUpMailSQL)
	box, port := newLetterbox(t)
	start := func() *exec.Cmd {
		cmd := c.p.command(context.WithoutCancel(t.Context()), "worker", "--concurrency", "4")
		cmd.Env = append(cmd.Env, "EMAIL_BACKEND=smtp", "SMTP_HOST=127.0.0.1", "SMTP_PORT="+strconv.Itoa(port), "SMTP_TLS=none",
			"SMTP_ADMIN_EMAIL=no-reply@app.test", "JOBS_VISIBILITY_TIMEOUT_S=1", "JOBS_BACKOFF_BASE_S=0.1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	c.workers = append(c.workers, start(), start())
	deadline, passed := time.Now().Add(2*time.Minute), time.Now()
	for kills := 0; ; {
		open, ok := c.ask(`select count(*) from mail.messages m where m.state in ('queued', 'sending')`)
		if !ok || time.Now().After(deadline) {
			t.Fatalf("%d messages are still open after %d kills", open, kills)
		}
		if open == 0 {
			t.Logf("%d workers were killed", kills)
			break
		}
		if 600-open > 40*(kills+1) {
			victim := kills % len(c.workers)
			_ = c.workers[victim].Process.Kill()
			_ = c.workers[victim].Wait()
			c.workers[victim] = start()
			kills++
		}
		if time.Since(passed) > time.Second {
			c.do(passSQL)
			passed = time.Now()
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.judge(box)
}

// judge holds what the mail server took against what the database says.
func (c *crashSite) judge(box *letterbox) {
	c.t.Helper()
	box.mu.Lock()
	defer box.mu.Unlock()
	var keyed, plain, again int
	for to, times := range box.taken {
		switch {
		case strings.HasPrefix(to, "p"):
			plain++
			again += times - 1
		case times > 1:
			c.t.Errorf("%s has a key and was sent %d times", to, times)
		default:
			keyed++
		}
	}
	sent, _ := c.ask(`select count(*) from mail.messages m where m.state = 'sent' and m.idempotency_key is not null`)
	unknown, _ := c.ask(`select count(*) from mail.messages m where m.state = 'unknown' and m.idempotency_key is not null`)
	if sent+unknown != 300 || keyed < sent || keyed > sent+unknown {
		c.t.Errorf("of 300 messages with a key %d are sent and %d unknown, the server took %d", sent, unknown, keyed)
	}
	failed, _ := c.ask(`select count(*) from mail.messages m where m.state <> 'sent' and m.idempotency_key is null`)
	if plain < 300-failed {
		c.t.Errorf("of 300 messages without a key the server took %d", plain)
	}
	c.t.Logf("with a key: %d sent, %d unknown, of which %d were taken; without: %d failed, %d were sent again", sent, unknown, keyed-sent, failed, again)
}
