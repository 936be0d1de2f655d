package functions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/labstack/echo/v4"

	"howdah/server/functions/script"
	"howdah/server/problem"
)

// serveScript answers by a JavaScript function. It calls the database as often
// as the function asks it to, each time as the caller.
func (s *Service) serveScript(c echo.Context, in *call, fn *script.Function) error {
	r := c.Request()
	if err := s.admit(r.Context(), in, fn.VerifyJWT, fn.Roles); err != nil {
		return relay(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return relay(err)
	}
	out, err := fn.Run(r.Context(), scriptRequest(c, in, body), s.queryAs(in))
	var failed *script.Failure
	switch {
	case err == nil:
	case errors.As(err, &failed):
		return &problem.Problem{
			Status: http.StatusInternalServerError, Code: "function_failed", Message: "The function failed.",
			Hint: "The log holds what it threw under this request's id.", Cause: failed,
		}
	case errors.Is(err, script.ErrBusy):
		return relay(&problem.Problem{
			Status: http.StatusServiceUnavailable, Code: "worker_limit", Message: "Too many functions are running.",
			Hint: "Try again in a moment, or raise FUNCTIONS_CONCURRENCY.", RetryAfter: 1, Cause: err,
		})
	case errors.Is(err, script.ErrSlow):
		return relay(&problem.Problem{
			Status: http.StatusGatewayTimeout, Code: "function_timeout", Message: "The function took too long.",
			Hint: "Raise FUNCTIONS_TIMEOUT, or the timeout of its config.", Cause: err,
		})
	case errors.Is(err, script.ErrMemory):
		return relay(&problem.Problem{
			Status: http.StatusInternalServerError, Code: "function_memory", Message: "The function used too much memory.",
			Hint: "Raise FUNCTIONS_MEMORY_MIB, or hold less at once.", Cause: err,
		})
	default:
		return relay(err)
	}
	header := http.Header{}
	for _, pair := range out.Headers {
		header.Add(pair[0], pair[1])
	}
	return writeReply(c, out.Status, header, out.Body)
}

func scriptRequest(c echo.Context, in *call, body []byte) *script.Request {
	r := c.Request()
	u := *r.URL
	u.Scheme, u.Host, u.RawQuery = c.Scheme(), r.Host, in.query.Encode()
	out := &script.Request{URL: u.String(), Method: r.Method}
	for name, values := range r.Header {
		for _, value := range values {
			out.Headers = append(out.Headers, [2]string{name, value})
		}
	}
	if len(body) > 0 && r.Method != http.MethodGet && r.Method != http.MethodHead {
		out.Body = body
	}
	return out
}

// queryAs is `db` of a function: statements as its caller, one transaction each.
func (s *Service) queryAs(in *call) script.Query {
	caller := *in.caller
	caller.Scrub = true
	return func(ctx context.Context, sql string, args []any) (text []byte, err error) {
		for i, arg := range args {
			if args[i], err = argument(arg); err != nil {
				return nil, err
			}
		}
		err = s.pool.QueryAs(ctx, &caller, func(rows pgx.Rows) (err error) {
			text, err = rowsJSON(rows)
			return err
		}, sql, args...)
		return text, err
	}
}

// argument is a JavaScript value as pgx takes it: plain ones as they are, lists
// of one kind as arrays, all else as JSON.
func argument(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string, int64, float64:
		return v, nil
	case []any:
		if texts, ok := listOf[string](v); ok {
			return texts, nil
		}
		if numbers, ok := listOf[int64](v); ok {
			return numbers, nil
		}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("an argument is no JSON: %w", err)
	}
	return string(text), nil
}

func listOf[T any](list []any) ([]T, bool) {
	out := make([]T, len(list))
	for i, item := range list {
		typed, ok := item.(T)
		if !ok {
			return nil, false
		}
		out[i] = typed
	}
	return out, len(list) > 0
}

// rowsJSON is every row as an object, in a JSON list.
func rowsJSON(rows pgx.Rows) ([]byte, error) {
	list := []map[string]any{}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		row := make(map[string]any, len(values))
		for i, field := range rows.FieldDescriptions() {
			row[field.Name] = value(field.DataTypeOID, values[i])
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return json.Marshal(list)
}

// exact is the largest integer that JavaScript's numbers hold without loss.
const exact = 1 << 53

// digits is how many of a numeric they hold for certain.
const digits = 15

func value(oid uint32, v any) any {
	switch v := v.(type) {
	case [16]byte:
		if oid == pgtype.UUIDOID {
			return pgtype.UUID{Bytes: v, Valid: true}
		}
	case int64:
		if v > exact || v < -exact {
			return fmt.Sprint(v)
		}
	case pgtype.Numeric:
		text, err := v.MarshalJSON()
		if err == nil && len(text) <= digits {
			return json.RawMessage(text)
		}
		if err == nil {
			return string(text)
		}
	}
	return v
}
