package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
)

func unescape(s string) (string, error) { return url.PathUnescape(s) }

func refuse(status int, code, message string) *problem.Problem {
	return problem.New(status, code, message)
}

var (
	errNoKey    = refuse(http.StatusNotFound, "NoSuchKey", "Object not found")
	errNoUpload = refuse(http.StatusNotFound, "NoSuchUpload", "Upload not found")
	errTooLarge = refuse(http.StatusRequestEntityTooLarge, "EntityTooLarge", "The object exceeded the maximum allowed size")
)

// accepted is an outcome that is no refusal, or the problem that it means.
func accepted(out db.Outcome, err error) (db.Outcome, error) {
	if err != nil || out.Status < http.StatusBadRequest {
		return out, err
	}
	var no struct{ Code, Message string }
	if err := json.Unmarshal(out.Body, &no); err != nil {
		return out, fmt.Errorf("read a refusal: %w", err)
	}
	return out, refuse(out.Status, no.Code, no.Message)
}

// acceptedAs reads an accepted outcome's body into a T.
func acceptedAs[T any](out db.Outcome, err error) (T, error) {
	var body T
	if out, err = accepted(out, err); err != nil {
		return body, err
	}
	if err := json.Unmarshal(out.Body, &body); err != nil {
		return body, fmt.Errorf("read an outcome: %w", err)
	}
	return body, nil
}

// reply writes an outcome.
func reply(c echo.Context, out db.Outcome, err error) error {
	if out, err = accepted(out, err); err != nil {
		return err
	}
	return c.JSONBlob(out.Status, out.Body)
}

// stored words an error of the backend: it is the storage that failed.
func stored(err error) error {
	var known *problem.Problem
	var tooBig *http.MaxBytesError
	switch {
	case err == nil, errors.As(err, &known), errors.As(err, &tooBig):
		return err
	case errors.Is(err, errFull):
		p := refuse(http.StatusInsufficientStorage, "InsufficientStorage", "The server has no room for this file")
		p.Cause = err
		return p
	case errors.Is(err, ErrNoBytes):
		return errNoKey
	default:
		return fmt.Errorf("storage backend: %w", err)
	}
}

// bind reads a JSON body. An empty one is {}.
func bind(c echo.Context, into any) error {
	r := http.MaxBytesReader(c.Response(), c.Request().Body, 1<<20)
	dec := json.NewDecoder(r)
	err := dec.Decode(into)
	var field *json.UnmarshalTypeError
	switch {
	case err == nil, err.Error() == "EOF":
		return nil
	case errors.As(err, &field):
		return refuse(http.StatusBadRequest, "InvalidRequest", fmt.Sprintf("body/%s must be %s", field.Field, field.Type))
	default:
		return refuse(http.StatusBadRequest, "InvalidRequest", "body must be JSON")
	}
}

func required(name string) error {
	return refuse(http.StatusBadRequest, "InvalidRequest", "body must have required property '"+name+"'")
}
