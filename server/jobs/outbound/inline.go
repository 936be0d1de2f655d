package outbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/server/db"
	"howdah/server/jobs"
)

const inlineRequestSQL = `select method, url, headers, body, timeout_ms, false as last, secret_names, secrets from net.inline_request(_payload => $1)`

// resultLimit is how much of a body stays with the finished job.
const resultLimit = 64 << 10

// inline sends a request that the payload says itself. The answer is the job's
// result; what is not 2xx or 3xx is its failure.
func (s *Service) inline(ctx context.Context, job jobs.Job) (json.RawMessage, error) {
	out, err := db.CallRow[outgoing](ctx, s.Pool, inlineRequestSQL, job.Payload)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "PT422" {
		return nil, jobs.Final(errors.New(refused.Message))
	}
	if err != nil {
		return nil, err
	}
	r, err := s.outgoing(out, fmt.Sprintf("job %d", job.ID))
	if err != nil {
		return nil, jobs.Final(err)
	}
	resp, err := s.Client.Do(ctx, r)
	var e *Error
	switch {
	case errors.As(err, &e) && e.Kind == Busy:
		return nil, jobs.Snooze(e.Wait)
	case errors.As(err, &e) && (e.Kind == Blocked || e.Kind == Refused):
		return nil, jobs.Final(e)
	case err != nil:
		return nil, err
	case again(resp.Status):
		failed := fmt.Errorf("the host answered %d", resp.Status)
		if job.Attempt >= job.MaxAttempts {
			return nil, failed
		}
		return nil, patience(failed, retryAfter(resp.Header, time.Now()))
	case resp.Status >= http.StatusBadRequest:
		return nil, jobs.Final(fmt.Errorf("the host answered %d", resp.Status))
	default:
		return inlineResult(resp)
	}
}

// outgoing is the request to send: with its secrets, and for what must not
// happen twice a key that is the same each time.
func (s *Service) outgoing(out outgoing, of string) (Request, error) {
	header, err := s.header(out)
	if err != nil {
		return Request{}, err
	}
	if out.Method == http.MethodPost || out.Method == http.MethodPatch {
		setDefault(header, "Idempotency-Key", s.idempotencyKey(of))
	}
	r := Request{Method: out.Method, URL: out.URL, Header: header, Timeout: time.Duration(out.TimeoutMS) * time.Millisecond, Redirects: true}
	if out.Body != nil {
		r.Body = []byte(*out.Body)
	}
	return r, nil
}

func inlineResult(resp *Response) (json.RawMessage, error) {
	result := map[string]any{"status": resp.Status, "content_type": storable(resp.Header.Get("Content-Type"))}
	text, isText := asText(resp)
	switch {
	case len(resp.Body) > resultLimit || resp.Truncated || !isText:
		result["truncated"] = true
	case strings.Contains(resp.Header.Get("Content-Type"), "json") && json.Valid(resp.Body) && !strings.Contains(text, `\u0000`):
		result["body"] = json.RawMessage(resp.Body)
	default:
		result["body"] = text
	}
	return json.Marshal(result)
}
