package outbound

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"howdah/server/db"
	"howdah/server/jobs"
)

const beginRequestSQL = `select method, url, headers, body, timeout_ms, last, secret_names, secrets from net.begin_request(_request => $1)`

const releaseRequestSQL = `select net.release_request(_request => $1)::text as released`

const finishRequestSQL = `select finish_request as done from net.finish_request(_request => $1, _status_code => $2, _headers => $3,
_content => $4, _raw => $5, _truncated => $6, _timed_out => $7, _error => $8)`

type outgoing struct {
	Method, URL string
	Headers     map[string]any
	Body        *string
	TimeoutMS   int `db:"timeout_ms"`
	Last        bool
	SecretNames []string
	Secrets     [][]byte
}

// request is the job http.request. It calls the database twice: what is sent
// in between may not happen inside a transaction.
func (s *Service) request(ctx context.Context, job jobs.Job) (json.RawMessage, error) {
	var in struct{ Request int64 }
	if err := payload(job, &in); err != nil {
		return nil, err
	}
	if in.Request == 0 {
		return s.inline(ctx, job)
	}
	out, err := db.CallRow[outgoing](ctx, s.Pool, beginRequestSQL, in.Request)
	if errors.Is(err, pgx.ErrNoRows) {
		return json.RawMessage(`{"state": "done before"}`), nil
	}
	if err != nil {
		return nil, err
	}
	r, err := s.outgoing(out, strconv.FormatInt(in.Request, 10))
	if err != nil {
		return nil, s.failed(ctx, in.Request, &Error{Kind: Refused, Message: err.Error()})
	}
	resp, err := s.Client.Do(ctx, r)
	if err != nil {
		return nil, s.sendAgain(ctx, in.Request, out.Last, err)
	}
	if again(resp.Status) && !out.Last {
		return nil, patience(fmt.Errorf("the host answered %d", resp.Status), retryAfter(resp.Header, time.Now()))
	}
	return s.answered(ctx, in.Request, resp)
}

// idempotencyKey is the same each time a request is sent.
func (s *Service) idempotencyKey(of string) string {
	return "howdah-" + strings.ReplaceAll(of, " ", "-") + "-" + hex.EncodeToString(s.Ring.MAC("http request", []byte(of))[:8])
}

// sendAgain says what comes after a request that had no response.
func (s *Service) sendAgain(ctx context.Context, id int64, last bool, err error) error {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Kind == Busy:
		if _, released := db.CallRow[struct{ Released *string }](ctx, s.Pool, releaseRequestSQL, id); released != nil {
			return released
		}
		return jobs.Snooze(e.Wait)
	case ctx.Err() == nil && (last || e.Kind == Blocked || e.Kind == Refused):
		return s.failed(ctx, id, e)
	default:
		return e
	}
}

// patience is an error that is tried again, when the host asked for it.
func patience(err error, wait time.Duration) error {
	if wait > 0 {
		return jobs.Snooze(wait)
	}
	return err
}

// again says whether a status is of the moment.
func again(status int) bool {
	return slices.Contains([]int{408, 425, 429, 500, 502, 503, 504}, status)
}

func (s *Service) failed(ctx context.Context, id int64, e *Error) error {
	ctx, cancel := settling(ctx)
	defer cancel()
	_, err := db.CallRow[struct{ Done bool }](ctx, s.Pool, finishRequestSQL,
		id, nil, nil, nil, nil, false, e.Kind == TimedOut, e.Message)
	if err != nil {
		return err
	}
	return jobs.Final(e)
}

func (s *Service) answered(ctx context.Context, id int64, resp *Response) (json.RawMessage, error) {
	ctx, cancel := settling(ctx)
	defer cancel()
	headers := map[string]string{}
	for name, values := range resp.Header {
		headers[strings.ToLower(name)] = storable(strings.Join(values, ", "))
	}
	var content *string
	raw := resp.Body
	if text, ok := asText(resp); ok {
		content, raw = &text, nil
	}
	_, err := db.CallRow[struct{ Done bool }](ctx, s.Pool, finishRequestSQL,
		id, resp.Status, headers, content, raw, resp.Truncated, false, nil)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(fmt.Sprintf(`{"status": %d}`, resp.Status)), nil
}

// asText is a body that PostgreSQL takes for text; a letter that truncation has
// cut in two goes.
func asText(resp *Response) (string, bool) {
	body := resp.Body
	for cut := 0; resp.Truncated && cut < utf8.UTFMax && !utf8.Valid(body) && len(body) > 0; cut++ {
		body = body[:len(body)-1]
	}
	return string(body), utf8.Valid(body) && !slices.Contains(body, 0)
}

func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

var secretName = regexp.MustCompile(`\{\{\s*secret\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}`)

// header fills the secrets in that the request's headers name.
func (s *Service) header(out outgoing) (http.Header, error) {
	header := http.Header{}
	for name, value := range out.Headers {
		var missing error
		text := secretName.ReplaceAllStringFunc(fmt.Sprint(value), func(found string) string {
			secret, err := s.secret(out, secretName.FindStringSubmatch(found)[1])
			if err != nil {
				missing = err
			}
			return secret
		})
		if missing != nil {
			return nil, missing
		}
		header.Set(name, text)
	}
	return header, nil
}

func (s *Service) secret(out outgoing, name string) (string, error) {
	i := slices.Index(out.SecretNames, name)
	if i < 0 {
		return "", fmt.Errorf("there is no secret %s: PUT /net/v1/secrets/%s keeps one", name, name)
	}
	plain, err := s.Ring.Unseal(secretPurpose, out.Secrets[i])
	if err != nil {
		return "", fmt.Errorf("the secret %s was kept under another keyset: keep it again", name)
	}
	return string(plain), nil
}

func setDefault(h http.Header, name, value string) {
	if h.Get(name) == "" {
		h.Set(name, value)
	}
}
