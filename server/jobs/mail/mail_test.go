package mail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db/dbtest"
	"howdah/server/jobs"
	"howdah/server/jobs/door"
	"howdah/server/jobs/mail"
	"howdah/server/jobs/outbound"
	"howdah/server/problem"
	"howdah/server/token"
)

// office is the service over a database of its own.
type office struct {
	t        *testing.T
	echo     *echo.Echo
	owner    *pgx.Conn
	ring     *token.Ring
	handlers map[string]jobs.Handler
	console  *bytes.Buffer
	hook     func(event, id string, input json.RawMessage) (final bool, err error)
}

func newOffice(t *testing.T, vars map[string]string) *office {
	t.Helper()
	d := dbtest.New(t)
	all := map[string]string{"HOWDAH_HOME": t.TempDir(), "OUTBOUND_ALLOW": "127.0.0.1/32"}
	maps.Copy(all, vars)
	c, err := config.Parse(all)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, echo: echo.New(), owner: d.Owner(t), ring: ring, console: new(bytes.Buffer)}
	s, err := mail.New(mail.Deps{
		Pool: d.Pool, Ring: ring, Config: c.Mail, Outbound: outbound.NewClient(c.Outbound), Development: vars["mode"] != "production", Console: o.console,
		Door: &door.Door{Pool: d.Pool, Verifier: ring, AnonRole: "anon"},
		Hook: func(_ context.Context, event, id string, input json.RawMessage) (bool, error) {
			return o.hook(event, id, input)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.echo.HTTPErrorHandler = problem.Handler()
	s.Mount(o.echo)
	o.handlers = s.Handlers()
	return o
}

// smtpVars is the configuration that reaches the sink.
func smtpVars(s *sink, tls string) map[string]string {
	return map[string]string{
		"EMAIL_BACKEND": "smtp", "SMTP_HOST": "localhost", "SMTP_PORT": strconv.Itoa(s.port), "SMTP_TLS": tls, "SMTP_CA_FILE": s.caFile,
		"SMTP_ADMIN_EMAIL": "no-reply@app.test", "SMTP_SENDER_NAME": "Ada's App", "SMTP_TIMEOUT": "10s",
	}
}

const code = "741852"

// send queues a magic link, its code sealed, and answers its id.
func (o *office) send(key string) int64 {
	o.t.Helper()
	sealed, err := o.ring.Seal("mail", []byte(`{"token": "`+code+`", "confirmation_url": "https://app.test/verify?token=abc&type=magiclink"}`))
	if err != nil {
		o.t.Fatal(err)
	}
	return one[int64](o, `select mail.send('ada@example.test', 'magic_link', '{"site_url": "https://app.test"}', $1, nullif($2, ''))`, sealed, key)
}

func one[T any](o *office, sql string, args ...any) T {
	o.t.Helper()
	var v T
	if err := o.owner.QueryRow(o.t.Context(), sql, args...).Scan(&v); err != nil {
		o.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// work does the job of a message once.
func (o *office) work(id int64) error {
	o.t.Helper()
	name := one[string](o, `select channel || '.send' from mail.messages where id = $1`, id)
	_, err := o.handlers[name](o.t.Context(), jobs.Job{Name: name, Payload: json.RawMessage(fmt.Sprintf(`{"message": %d}`, id))})
	return err
}

func (o *office) want(id int64, state string) {
	o.t.Helper()
	if got := one[string](o, `select state || coalesce(' ' || error_class, '') from mail.messages where id = $1`, id); got != state {
		o.t.Errorf("the message is %q (%v), want %q", got, one[*string](o, `select error from mail.messages where id = $1`, id), state)
	}
}

func final(err error) bool { return errors.Is(err, jobs.ErrFinal) }

func TestMailIsSent(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"starttls", "tls"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := newSink(t, mode)
			vars := smtpVars(s, mode)
			vars["SMTP_USERNAME"], vars["SMTP_PASSWORD"] = "howdah", "smtp-secret"
			o := newOffice(t, vars)
			id := o.send("")
			if one[bool](o, `select coalesce(bool_or(t::text ~ $1), false) from (select m::text from mail.messages m union all select j::text from jobs.jobs j) t`, code) {
				t.Error("the code can be read while it waits")
			}
			if err := o.work(id); err != nil {
				t.Fatal(err)
			}
			if err := o.work(id); err != nil { // a job that came twice
				t.Fatal(err)
			}
			o.want(id, "sent")
			if !one[bool](o, `select sealed is null and attempts = 1 from mail.messages where id = $1`, id) {
				t.Error("secrets stay after delivery")
			}
			got := s.got()
			if len(got) != 1 || got[0].to != "ada@example.test" || got[0].from != "no-reply@app.test" || len(s.users) != 1 {
				t.Fatalf("the server took %v", got)
			}
			wantLetter(t, got[0].data)
		})
	}
}

func wantLetter(t *testing.T, data string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"From": `"Ada's App" <no-reply@app.test>`, "To": "<ada@example.test>", "Subject": "Your sign-in link", "Auto-Submitted": "auto-generated",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if !strings.HasSuffix(m.Header.Get("Message-Id"), "@app.test>") || m.Header.Get("Date") == "" {
		t.Errorf("the headers are %v", m.Header)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []string{"https://app.test/verify?token=abc&type=magiclink", `href="https://app.test/verify?token=abc&amp;type=magiclink"`} {
		part, err := parts.NextPart() // decodes quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part)
		if err != nil || !bytes.Contains(body, []byte(want)) || !bytes.Contains(body, []byte(code)) {
			t.Errorf("%v: the %s part is %s", err, part.Header.Get("Content-Type"), body)
		}
	}
}

func TestSubjectsKeepTheirLine(t *testing.T) {
	t.Parallel()
	s := newSink(t, "starttls")
	o := newOffice(t, smtpVars(s, "starttls"))
	one[int](o, `select mail.set_template('hello', 'Hi {{ data.name }}', 'Hi {{ data.name }}')`)
	id := one[int64](o, `select mail.send('ada@example.test', 'hello', jsonb_build_object('data', jsonb_build_object('name', E'Ada\r\nBcc: eve@example.test\r\n\r\nbody')))`)
	if err := o.work(id); err != nil {
		t.Fatal(err)
	}
	m, err := netmail.ReadMessage(strings.NewReader(s.got()[0].data))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Bcc") != "" || m.Header.Get("Subject") != "Hi Ada Bcc: eve@example.test body" || s.got()[0].to != "ada@example.test" {
		t.Errorf("the headers are %v", m.Header)
	}
}

func TestWhatTheServerSays(t *testing.T) {
	t.Parallel()
	s := newSink(t, "starttls")
	o := newOffice(t, smtpVars(s, "starttls"))
	no := func(status int) error {
		return &smtp.SMTPError{Code: status, EnhancedCode: smtp.EnhancedCode{status / 100, 0, 0}, Message: "no"}
	}
	for _, tc := range []struct {
		name       string
		rcpt, data error
		drop       bool
		key        string
		state      string
		final      bool
	}{
		{"an unknown mailbox bounces", no(550), nil, false, "", "bounced smtp_550", true},
		{"a full one is for later", no(452), nil, false, "", "queued smtp_452", false},
		{"a refused text bounces", nil, no(554), false, "", "bounced smtp_554", true},
		{"greylisting is for later", nil, no(451), false, "k1", "queued smtp_451", false},
		{"a line that breaks at the end may have taken it: again", nil, nil, true, "", "queued connection", false},
		{"but never twice with a key", nil, nil, true, "k2", "unknown connection", true},
	} {
		s.answers(tc.rcpt, tc.data, tc.drop)
		id := o.send(tc.key)
		if err := o.work(id); err == nil || final(err) != tc.final {
			t.Errorf("%s: %v", tc.name, err)
		}
		o.want(id, tc.state)
		if kept := one[bool](o, `select sealed is not null from mail.messages where id = $1`, id); kept == tc.final {
			t.Errorf("%s: secrets kept: %v", tc.name, kept)
		}
	}
}

func TestNeverWithoutTLS(t *testing.T) {
	t.Parallel()
	plain, strange := newSink(t, "none"), newSink(t, "starttls")
	untrusted := smtpVars(strange, "starttls")
	untrusted["SMTP_CA_FILE"] = plain.caFile
	for name, vars := range map[string]map[string]string{"no STARTTLS": smtpVars(plain, "auto"), "an unknown authority": untrusted} {
		o := newOffice(t, vars)
		id := o.send("")
		if err := o.work(id); err == nil || final(err) {
			t.Errorf("%s: %v", name, err)
		}
		o.want(id, "queued connection")
	}
	if len(plain.got())+len(strange.got()) != 0 {
		t.Error("mail left in the clear")
	}
	o := newOffice(t, smtpVars(plain, "none"))
	if err := o.work(o.send("")); err != nil || len(plain.got()) != 1 {
		t.Errorf("unless asked for: %v", err)
	}
}

func TestWrongPasswordIsForTheOperator(t *testing.T) {
	t.Parallel()
	s := newSink(t, "starttls")
	vars := smtpVars(s, "starttls")
	vars["SMTP_USERNAME"], vars["SMTP_PASSWORD"] = "howdah", "wrong"
	o := newOffice(t, vars)
	id := o.send("")
	if err := o.work(id); err == nil || final(err) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("got %v", err)
	}
	o.want(id, "queued connection")
}

func TestSealedUnderAnotherKeyset(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	id := one[int64](o, `select mail.send('ada@example.test', 'magic_link', _sealed => '\x00112233445566778899aabbccddeeff')`)
	if err := o.work(id); !final(err) {
		t.Errorf("got %v", err)
	}
	o.want(id, "bounced unseal")
}

func TestConsole(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	one[int](o, `select mail.set_template('hello', 'Hi', E'{{ data.name }}\x1b[2J')`)
	id := one[int64](o, `select mail.send('ada@example.test', 'hello', jsonb_build_object('data', jsonb_build_object('name', E'A\x1b]0;b')))`)
	if err := o.work(id); err != nil {
		t.Fatal(err)
	}
	if out := o.console.String(); !strings.Contains(out, "To: ada@example.test\nSubject: Hi\n\nA]0;b") || strings.ContainsRune(out, 0x1b) {
		t.Errorf("printed %q", out)
	}
	p := newOffice(t, map[string]string{"mode": "production"})
	id = p.send("")
	if err := p.work(id); !final(err) || p.console.Len() > 0 {
		t.Errorf("in production: %v, %q", err, p.console)
	}
	p.want(id, "bounced no_backend")
	q := newOffice(t, map[string]string{"EMAIL_BACKEND": "none"})
	id = q.send("")
	if err := q.work(id); !final(err) {
		t.Errorf("with no backend: %v", err)
	}
	q.want(id, "bounced no_backend")
	rec := httptest.NewRecorder()
	p.echo.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/dev/inbox", http.NoBody))
	if rec.Code != http.StatusNotFound {
		t.Errorf("in production the inbox answers %d", rec.Code)
	}
}
