package problem

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"
)

// PostgREST is the problem that an error means on /rest/v1: codes are SQLSTATEs
// or PGRSTnnn. authed says whether the caller had a role of its own; without one
// a missing privilege asks for a token.
func PostgREST(err error, authed bool) *Problem {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return fromRaise(pg, err, authed)
	}
	p := *From(err)
	switch {
	case errors.Is(err, ErrBusy):
		p.Status, p.Code, p.Message = http.StatusGatewayTimeout, "PGRST003", "Timed out acquiring connection from connection pool."
	case p.Code == "database_unavailable":
		p.Code, p.Message = "PGRST000", "Database connection error."
	}
	return &p
}

func fromRaise(pg *pgconn.PgError, err error, authed bool) *Problem {
	p := &Problem{Status: StatusOf(pg.Code), Code: pg.Code, Message: pg.Message, Details: Text(pg.Detail), Hint: pg.Hint, Cause: err}
	switch pg.Code {
	case "PGRST":
		return raised(pg, err)
	case "42501":
		if !authed {
			p.Status = http.StatusUnauthorized
		}
	case "22023":
		if strings.HasPrefix(pg.Message, "role") && strings.HasSuffix(pg.Message, "does not exist") {
			p.Status = http.StatusUnauthorized // the token names a role that is not there
		}
	case "21000":
		p.Status = http.StatusInternalServerError
		if strings.HasSuffix(pg.Message, "requires a WHERE clause") {
			p.Status = http.StatusBadRequest // pg-safeupdate
		}
	case "42883":
		if strings.HasPrefix(pg.Message, "function xmlagg(") {
			p.Status = http.StatusNotAcceptable
		}
	case "57014":
		p.Status = http.StatusInternalServerError
	}
	if p.Status == http.StatusUnauthorized {
		p.Header = http.Header{"Www-Authenticate": {"Bearer"}}
	}
	if p.Status == http.StatusServiceUnavailable {
		p.RetryAfter = 2
	}
	return p
}

// raised is an error raised with SQLSTATE PGRST: its message and detail are JSON
// and decide all of the response.
func raised(pg *pgconn.PgError, err error) *Problem {
	var m struct {
		Code    *string         `json:"code"`
		Message *string         `json:"message"`
		Details json.RawMessage `json:"details"`
		Hint    *string         `json:"hint"`
	}
	var d struct {
		Status     *int              `json:"status"`
		StatusText string            `json:"status_text"`
		Headers    map[string]string `json:"headers"`
	}
	bad := &Problem{Status: http.StatusInternalServerError, Code: "PGRST121", Message: `Could not parse JSON in the "RAISE SQLSTATE 'PGRST'" error`, Cause: err}
	if json.Unmarshal([]byte(pg.Message), &m) != nil || m.Code == nil || m.Message == nil {
		bad.Details = Text("Invalid JSON value for MESSAGE: '" + pg.Message + "'")
		bad.Hint = "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'."
		return bad
	}
	bad.Hint = "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'."
	if pg.Detail == "" {
		bad.Details = Text("DETAIL is missing in the RAISE statement")
		return bad
	}
	if json.Unmarshal([]byte(pg.Detail), &d) != nil || d.Status == nil || d.Headers == nil {
		bad.Details = Text("Invalid JSON value for DETAIL: '" + pg.Detail + "'")
		return bad
	}
	p := &Problem{Status: *d.Status, Code: *m.Code, Message: *m.Message, Header: http.Header{}, Cause: err}
	if p.Status < 100 || p.Status > 999 {
		p.Status = http.StatusInternalServerError
	}
	if m.Details != nil && string(m.Details) != "null" {
		p.Details = m.Details
	}
	if m.Hint != nil {
		p.Hint = *m.Hint
	}
	for k, v := range d.Headers {
		if k != "" && !strings.ContainsAny(k, " \r\n\t:") && !strings.ContainsAny(v, "\r\n\x00") {
			p.Header.Set(k, v)
		}
	}
	return p
}

// PostgRESTBody is a problem as PostgREST's JSON: four members, always there
// (and the index, of a batch).
func PostgRESTBody(p *Problem) []byte {
	if p.Minimal {
		return append(append(append([]byte(`{"code":`), Text(p.Code)...), append([]byte(`,"message":`), Text(p.Message)...)...), '}')
	}
	body := struct {
		Code    string          `json:"code"`
		Details json.RawMessage `json:"details"`
		Hint    *string         `json:"hint"`
		Index   *int            `json:"index,omitempty"`
		Message string          `json:"message"`
	}{Code: p.Code, Details: p.Details, Index: p.Index, Message: p.Message}
	if p.Hint != "" {
		body.Hint = &p.Hint
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return []byte(`{"code":"PGRSTX00","details":null,"hint":null,"message":"Internal error."}`)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}

// WritePostgREST answers with a problem on /rest/v1.
func WritePostgREST(w http.ResponseWriter, p *Problem, head bool) error {
	h := w.Header()
	h["Content-Type"] = []string{"application/json; charset=utf-8"}
	h["Proxy-Status"] = []string{"PostgREST; error=" + p.Code}
	for k, v := range p.Header {
		h[k] = v
	}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	body := PostgRESTBody(p)
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(p.Status)
	if head {
		return nil
	}
	_, err := w.Write(body)
	return err
}

// RenderPostgREST is the Render of /rest/v1, for what is refused before the
// service itself is reached.
func RenderPostgREST(c echo.Context, p *Problem) error {
	return WritePostgREST(c.Response(), p, c.Request().Method == http.MethodHead)
}
