// Package problem turns every error into the answer a client sees. It is the
// only code that decides a status from an error; the wires differ in the body
// alone (PostgREST, GoTrue, storage, RFC 9457).
package problem

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"

	"howdah/server/token"
)

// Problem is a refusal in no wire's shape yet. It is an error, so that
// handlers return it.
type Problem struct {
	Status     int
	Code       string          // stable, machine-readable
	Message    string          // one sentence
	Details    json.RawMessage // JSON, or nil for none
	Hint       string          // what to do next
	RetryAfter int             // seconds; sent as Retry-After when over 0
	Header     http.Header     // extra response headers
	Cause      error           // logged, never sent
	Minimal    bool            // on /rest/v1: code and message alone
	Index      *int            // on /rest/v1: which request of a batch it was
}

func (p *Problem) Error() string { return p.Code + ": " + p.Message }

// Unwrap answers the cause, which is for the log alone.
func (p *Problem) Unwrap() error { return p.Cause }

// New is a problem with a status, a code and a sentence.
func New(status int, code, message string) *Problem {
	return &Problem{Status: status, Code: code, Message: message}
}

// Text is a detail that is plain text.
func Text(s string) json.RawMessage {
	if s == "" {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // < and > are data, and lengths are compared
	_ = enc.Encode(s)        //nolint:errchkjson // a string always encodes
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// ErrBusy says that no connection came free in time.
var ErrBusy = errors.New("no database connection came free in time")

// ErrDatabaseGone says that the database cannot be reached.
var ErrDatabaseGone = errors.New("the database cannot be reached")

// From is the problem that an error means. Errors from the database go by
// SQLSTATE (see sqlstate.go); whatever is unknown is 500, its cause kept back.
func From(err error) *Problem {
	var (
		p    *Problem
		pg   *pgconn.PgError
		conn *pgconn.ConnectError
		he   *echo.HTTPError
		big  *http.MaxBytesError
		bad  *token.Error
	)
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &conn), errors.Is(err, ErrDatabaseGone):
		return &Problem{
			Status: http.StatusServiceUnavailable, Code: "database_unavailable", Message: "The database cannot be reached.",
			Hint: "Try again in a moment.", RetryAfter: 2, Cause: err,
		}
	case errors.As(err, &pg):
		return fromPostgres(pg, err)
	case errors.As(err, &big):
		return &Problem{
			Status: http.StatusRequestEntityTooLarge, Code: "request_entity_too_large",
			Message: "The body is over " + strconv.FormatInt(big.Limit, 10) + " bytes.", Hint: "Send less, or raise BODY_LIMIT_BYTES.", Cause: err,
		}
	case errors.As(err, &he):
		return fromEcho(he, err)
	case errors.As(err, &bad):
		return &Problem{
			Status: http.StatusUnauthorized, Code: "bad_jwt", Message: "The token was refused: " + bad.Detail + ".",
			Hint: "Sign in again, or use the key that `howdah keys` shows.", Header: http.Header{"Www-Authenticate": {"Bearer"}}, Cause: err,
		}
	case errors.Is(err, ErrBusy):
		return &Problem{
			Status: http.StatusServiceUnavailable, Code: "over_capacity", Message: "The server is busy.",
			Hint: "Try again in a moment.", RetryAfter: 1, Cause: err,
		}
	case errors.Is(err, context.DeadlineExceeded):
		return &Problem{
			Status: http.StatusGatewayTimeout, Code: "request_timeout", Message: "The request took too long.",
			Hint: "Ask for less, or raise REQUEST_TIMEOUT.", Cause: err,
		}
	case errors.Is(err, context.Canceled):
		return &Problem{Status: 499, Code: "client_closed_request", Message: "The client went away.", Cause: err}
	default:
		return &Problem{
			Status: http.StatusInternalServerError, Code: "unexpected_failure", Message: "Internal error.",
			Hint: "The log holds the cause under this request's id.", Cause: err,
		}
	}
}

func fromEcho(he *echo.HTTPError, err error) *Problem {
	codes := map[int]string{
		http.StatusNotFound: "not_found", http.StatusMethodNotAllowed: "method_not_allowed",
		http.StatusRequestEntityTooLarge: "request_entity_too_large", http.StatusUnsupportedMediaType: "unsupported_media_type",
		http.StatusBadRequest: "bad_request",
	}
	code, ok := codes[he.Code]
	if !ok {
		code = "http_" + strconv.Itoa(he.Code)
	}
	return &Problem{Status: he.Code, Code: code, Message: http.StatusText(he.Code) + ".", Cause: err}
}
