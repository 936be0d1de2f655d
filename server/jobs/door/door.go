// Package door is what /webhooks/v1, /net/v1 and /mail/v1 share: requests run as
// their caller, and who may do what is the database's to say.
package door

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

// Door lets requests in.
type Door struct {
	Pool     *db.Pool
	Verifier token.Verifier
	AnonRole string // whom requests without a token run as
}

// Call runs sql as the caller and answers what it answers.
func (d *Door) Call(c echo.Context, sql string, args ...any) error {
	out, err := d.Outcome(c, sql, args...)
	if err != nil {
		return err
	}
	return c.JSONBlob(out.Status, out.Body)
}

// Outcome is what sql answered the caller; a refusal is an error.
func (d *Door) Outcome(c echo.Context, sql string, args ...any) (db.Outcome, error) {
	caller, err := d.Caller(c)
	if err != nil {
		return db.Outcome{}, err
	}
	out, err := d.Pool.CallAs(c.Request().Context(), caller, sql, args...)
	if err == nil && out.Status >= http.StatusBadRequest {
		err = Refusal(out)
	}
	return out, err
}

// Caller is whom the request runs as.
func (d *Door) Caller(c echo.Context) (*db.Caller, error) {
	caller, err := db.CallerOf(c.Request(), d.Verifier, d.AnonRole)
	if err == nil {
		c.Set("role", caller.Role)
	}
	return caller, err
}

// Refusal is the problem that a function answered.
func Refusal(out db.Outcome) error {
	var no struct{ Code, Message, Hint string }
	if err := json.Unmarshal(out.Body, &no); err != nil {
		return err
	}
	return &problem.Problem{Status: out.Status, Code: no.Code, Message: no.Message, Hint: no.Hint}
}

// Bad is a request that says something it should not.
func Bad(message string) error { return problem.New(http.StatusBadRequest, "bad_request", message) }

// Decode reads a JSON object; an empty body is an empty one.
func Decode(c echo.Context, into any) error {
	var (
		wrong *json.UnmarshalTypeError
		big   *http.MaxBytesError
	)
	switch err := json.NewDecoder(c.Request().Body).Decode(into); {
	case err == nil, errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &wrong):
		return Bad(cmp.Or(wrong.Field, "The body") + " must not be of type " + wrong.Value + ".")
	case errors.As(err, &big):
		return err
	default:
		return Bad("The body is no JSON object.")
	}
}

// Number is a parameter that is a number; nil for none.
func Number(name, text string) (*int64, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // none is none
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return nil, Bad(name + " must be a number.")
	}
	return &n, nil
}

// Limit is the query's limit as SQL takes it: 100 unless given, 1000 at most.
func Limit(c echo.Context) (int64, error) {
	n, err := Number("limit", c.QueryParam("limit"))
	if err != nil || n == nil {
		return 100, err
	}
	return min(*n, 1000), nil
}

// Optional is a query parameter; nil for none.
func Optional(c echo.Context, name string) *string {
	if text := c.QueryParam(name); text != "" {
		return &text
	}
	return nil
}
