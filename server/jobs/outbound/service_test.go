package outbound_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db/dbtest"
	"howdah/server/jobs"
	"howdah/server/jobs/door"
	"howdah/server/jobs/outbound"
	"howdah/server/problem"
	"howdah/server/token"
)

// post is the service over a database of its own, with a receiver to send to.
type post struct {
	t        *testing.T
	echo     *echo.Echo
	owner    *pgx.Conn
	handlers map[string]jobs.Handler
	key      string // of service_role
	ring     *token.Ring
}

func newPost(t *testing.T) *post {
	t.Helper()
	t.Parallel()
	d := dbtest.New(t)
	c, err := config.Parse(map[string]string{"HOWDAH_HOME": t.TempDir(), "OUTBOUND_ALLOW": "127.0.0.1/32", "OUTBOUND_RESPONSE_LIMIT_BYTES": "1000"})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.MintAPIKey("service_role")
	if err != nil {
		t.Fatal(err)
	}
	s := outbound.New(outbound.Deps{
		Pool: d.Pool, Ring: ring, Config: c.Outbound, Client: outbound.NewClient(c.Outbound),
		Door: &door.Door{Pool: d.Pool, Verifier: ring, AnonRole: "anon"},
	})
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler()
	s.Mount(e)
	return &post{t: t, echo: e, owner: d.Owner(t), handlers: s.Handlers(), key: key, ring: ring}
}

// api asks the service and answers the body, which must come with the status.
func (p *post) api(method, path, body string, status int) map[string]any {
	p.t.Helper()
	raw := p.raw(method, path, body, p.key, status)
	out := map[string]any{}
	if len(raw) > 0 && raw[0] == '{' {
		if err := json.Unmarshal(raw, &out); err != nil {
			p.t.Fatal(err)
		}
	}
	return out
}

func (p *post) raw(method, path, body, key string, status int) []byte {
	p.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	rec := httptest.NewRecorder()
	p.echo.ServeHTTP(rec, req)
	if rec.Code != status {
		p.t.Fatalf("%s %s: got %d %s, want %d", method, path, rec.Code, rec.Body, status)
	}
	return rec.Body.Bytes()
}

// one is the only value that the query answers.
func one[T any](p *post, sql string, args ...any) T {
	p.t.Helper()
	var v T
	if err := p.owner.QueryRow(p.t.Context(), sql, args...).Scan(&v); err != nil {
		p.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// work does the jobs of a name that wait, each once, and answers their errors.
func (p *post) work(name string) []error {
	p.t.Helper()
	rows, err := p.owner.Query(p.t.Context(), `delete from jobs.jobs where name = $1 returning id, payload`, name)
	if err != nil {
		p.t.Fatal(err)
	}
	todo, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (jobs.Job, error) {
		j := jobs.Job{Name: name, Attempt: 1, MaxAttempts: 3}
		return j, row.Scan(&j.ID, &j.Payload)
	})
	if err != nil {
		p.t.Fatal(err)
	}
	var out []error
	for _, j := range todo {
		out = append(out, p.do(p.t.Context(), j))
	}
	return out
}

func (p *post) do(ctx context.Context, j jobs.Job) error {
	result, err := p.handlers[j.Name](ctx, j)
	if err == nil && !json.Valid(result) {
		p.t.Errorf("the result of %s is %q", j.Name, result)
	}
	return err
}

// received is what a receiver got.
type received struct {
	header http.Header
	body   string
}

// receiver answers with the statuses in turn, the last one for good.
func receiver(t *testing.T, statuses ...int) (*httptest.Server, *[]received) {
	t.Helper()
	got := new([]received)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*got = append(*got, received{r.Header.Clone(), string(body)})
		w.WriteHeader(statuses[min(len(*got), len(statuses))-1])
		fmt.Fprintf(w, "answer %d", len(*got))
	}))
	t.Cleanup(s.Close)
	return s, got
}

// verified says whether a secret verifies the delivery, written from the
// specification of Standard Webhooks and not from the code.
func verified(r received, secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.%s", r.header.Get("webhook-id"), r.header.Get("webhook-timestamp"), r.body)
	want := "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
	for _, s := range strings.Split(r.header.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(s), []byte(want)) {
			return true
		}
	}
	return false
}

func verifiedHex(r received, secret string) bool {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(r.body))
	return hmac.Equal([]byte(hex.EncodeToString(h.Sum(nil))), []byte(r.header.Get("X-Signature")))
}

func final(err error) bool { return errors.Is(err, jobs.ErrFinal) }

func TestRequestIsSentAndAnswered(t *testing.T) {
	p := newPost(t)
	s, got := receiver(t, http.StatusCreated)
	p.api("PUT", "/net/v1/secrets/stripe", `{"value": "sk_live_1"}`, http.StatusOK)
	id := one[int64](p, `select net.http_post(url => $1, body => '{"a": 1}', params => '{"q": "x y"}',
		headers => '{"Content-Type": "application/json", "Authorization": "Bearer {{ secret.stripe }}"}')`, s.URL+"/hook")
	if errs := p.work("http.request"); len(errs) != 1 || errs[0] != nil {
		t.Fatal(errs)
	}
	r := (*got)[0]
	if r.header.Get("Authorization") != "Bearer sk_live_1" || r.body != `{"a": 1}` || r.header.Get("Idempotency-Key") == "" {
		t.Errorf("the receiver got %v", r)
	}
	if got := one[string](p, `select status || ' ' || (c.response).status_code || ' ' || (c.response).body from net.http_collect_response($1) c`, id); got != "SUCCESS 201 answer 1" {
		t.Errorf("SQL sees %q", got)
	}
	for _, table := range []string{"net.requests", "net.responses", "net.secrets", "jobs.jobs", "jobs.finished"} {
		if one[bool](p, `select coalesce(bool_or(t::text ~ 'sk_live_1' or t::text ~ encode('sk_live_1', 'hex')), false) from `+table+` t`) {
			t.Errorf("%s holds the secret", table)
		}
	}
}

func TestRequestIsTriedAgain(t *testing.T) {
	p := newPost(t)
	s, got := receiver(t, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusOK)
	id := one[int64](p, `select net.http_get($1)`, s.URL)
	job := jobs.Job{Name: "http.request", Payload: json.RawMessage(fmt.Sprintf(`{"request": %d}`, id))}
	for range 2 {
		if err := p.do(t.Context(), job); err == nil || final(err) {
			t.Fatalf("a passing failure: %v", err)
		}
	}
	for range 2 { // the second is a job that came twice
		if err := p.do(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
	if len(*got) != 3 {
		t.Errorf("%d requests", len(*got))
	}
	if code := one[int](p, `select status_code from net.responses where id = $1`, id); code != http.StatusOK {
		t.Errorf("the response is %d", code)
	}
}

func TestRequestThatFailsSaysWhy(t *testing.T) {
	p := newPost(t)
	s, got := receiver(t, http.StatusInternalServerError)
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, tc := range []struct{ name, url, headers, want string }{
		{"private", "http://169.254.169.254/", `{}`, "the host is at a private, loopback or reserved address; OUTBOUND_ALLOW can allow it"},
		{"closed", gone.URL, `{}`, "the connection failed: connect: connection refused"},
		{"no secret", s.URL, `{"A": "{{ secret.nope }}"}`, "there is no secret nope: PUT /net/v1/secrets/nope keeps one"},
	} {
		id := one[int64](p, `select net.request('POST', $1, $2::text::jsonb)`, tc.url, tc.headers)
		if errs := p.work("http.request"); len(errs) != 1 || !final(errs[0]) {
			t.Errorf("%s: %v", tc.name, errs)
		}
		if why := one[string](p, `select message from net.http_collect_response($1)`, id); why != tc.want {
			t.Errorf("%s: SQL sees %q", tc.name, why)
		}
	}
	id := one[int64](p, `select net.request('POST', $1)`, s.URL)
	if errs := p.work("http.request"); errs[0] != nil || len(*got) != 1 {
		t.Errorf("a POST that is answered 500 is over: %v, %d", errs, len(*got))
	}
	if code := one[int](p, `select status_code from net.responses where id = $1`, id); code != http.StatusInternalServerError {
		t.Errorf("and its response is %d", code)
	}
}

func TestResponseThatIsNoText(t *testing.T) {
	p := newPost(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := []byte{0, 1, 0xff}
		if r.URL.Path == "/cut" {
			body = bytes.Repeat([]byte("€"), 1000) // 1000 bytes cut the 334th in two
		}
		w.Header().Set("X-Odd", "\xff")
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	raw, cut := one[int64](p, `select net.http_get($1)`, s.URL), one[int64](p, `select net.http_get($1)`, s.URL+"/cut")
	for _, err := range p.work("http.request") {
		if err != nil {
			t.Fatal(err)
		}
	}
	if !one[bool](p, `select raw = '\x0001ff' and content is null from net.responses where id = $1`, raw) {
		t.Error("bytes are not kept as they came")
	}
	if !one[bool](p, `select content = repeat('€', 333) and truncated from net.responses where id = $1`, cut) {
		t.Error("a text that is cut is not text")
	}
}

func TestSecretsAreServiceRoles(t *testing.T) {
	p := newPost(t)
	p.raw("PUT", "/net/v1/secrets/a", `{"value": "b"}`, "", http.StatusForbidden)
	p.api("PUT", "/net/v1/secrets/a", `{"value": "b"}`, http.StatusOK)
	p.api("PUT", "/net/v1/secrets/a", `{"value": "b\r\nX: y"}`, http.StatusBadRequest)
	p.api("PUT", "/net/v1/secrets/a-b", `{"value": "b"}`, http.StatusBadRequest)
	if list := p.raw("GET", "/net/v1/secrets", "", p.key, http.StatusOK); !bytes.Contains(list, []byte(`"name": "a"`)) {
		t.Errorf("the list is %s", list)
	}
	p.api("DELETE", "/net/v1/secrets/a", "", http.StatusOK)
	p.api("DELETE", "/net/v1/secrets/a", "", http.StatusNotFound)
}

func deliveryJob(id int64) jobs.Job {
	return jobs.Job{Name: "webhook.deliver", Payload: json.RawMessage(`{"delivery": ` + strconv.FormatInt(id, 10) + `}`)}
}
