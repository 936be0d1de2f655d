package problem

import (
	"encoding/xml"
	"errors"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"
)

// storageCodes is Supabase storage's table: what stands in error beside a code.
// A code that is not here names itself.
var storageCodes = map[string]string{
	"NoSuchBucket": "Bucket not found", "NoSuchKey": "not_found", "AccessDenied": "Unauthorized",
	"KeyAlreadyExists": "Duplicate", "BucketAlreadyExists": "Duplicate", "ResourceAlreadyExists": "Duplicate",
	"EntityTooLarge": "Payload too large", "QuotaExceeded": "Payload too large", "InvalidMimeType": "invalid_mime_type",
	"InvalidRange": "invalid_range", "InvalidBucketName": "Invalid Input",
}

const (
	statusDatabaseTimeout = 544
	existsMessage         = "The resource already exists"
	deniedMessage         = "new row violates row-level security policy"
)

// storageSQL is what storage's clients are told of a SQLSTATE.
var storageSQL = map[string]Problem{
	"42501": {Status: http.StatusForbidden, Code: "AccessDenied", Message: deniedMessage},
	"23505": {Status: http.StatusConflict, Code: "KeyAlreadyExists", Message: existsMessage},
	"23503": {Status: http.StatusNotFound, Code: "NoSuchBucket", Message: "Bucket not found"},
	"57014": {Status: statusDatabaseTimeout, Code: "DatabaseTimeout", Message: "The connection to the database timed out"},
	"22P02": {Status: http.StatusBadRequest, Code: "InvalidRequest", Message: "A value has the wrong form."},
	"22023": {Status: http.StatusBadRequest, Code: "InvalidRequest", Message: "A value is not allowed."},
}

// storageWords is the same problem in storage's codes.
func storageWords(p *Problem) *Problem {
	out := *p
	var pg *pgconn.PgError
	if errors.As(p.Cause, &pg) {
		if known, ok := storageSQL[pg.Code]; ok {
			out.Status, out.Code, out.Message = known.Status, known.Code, known.Message
		}
		if pg.ConstraintName == "buckets_pkey" {
			out.Code = "BucketAlreadyExists"
		}
	}
	switch p.Code {
	case "bad_jwt", "session_not_found":
		out.Status, out.Code = http.StatusForbidden, "AccessDenied"
	case "request_entity_too_large":
		out.Code, out.Message = "EntityTooLarge", "The object exceeded the maximum allowed size"
	case "over_capacity":
		out.Status, out.Code = http.StatusTooManyRequests, "SlowDown"
	case "bad_request", "unsupported_media_type":
		out.Code = "InvalidRequest"
	}
	if out.Status >= http.StatusInternalServerError && out.Status != http.StatusNotImplemented && out.Code != "DatabaseTimeout" && out.Code != "InsufficientStorage" {
		out.Code = "InternalError"
	}
	return &out
}

// Storage writes a problem as Supabase storage does: HTTP 400 whatever the
// refusal, the real status as text in the body.
func Storage(c echo.Context, p *Problem) error {
	p = storageWords(p)
	status := http.StatusBadRequest
	switch {
	case p.Status >= http.StatusInternalServerError, p.Status == http.StatusRequestedRangeNotSatisfiable, p.Status == http.StatusTooManyRequests:
		status = p.Status
	case p.Code == "not_found", p.Code == "method_not_allowed": // a route, not an object
		return c.JSON(p.Status, map[string]any{"statusCode": p.Status, "error": "Not Found", "message": "Route " + c.Request().Method + " not found"})
	}
	if c.Request().Method == http.MethodHead {
		return c.NoContent(status)
	}
	name, ok := storageCodes[p.Code]
	if !ok {
		name = p.Code
	}
	return c.JSON(status, struct {
		StatusCode string `json:"statusCode"`
		Error      string `json:"error"`
		Message    string `json:"message"`
		Code       string `json:"code"`
		Hint       string `json:"hint,omitempty"`
	}{strconv.Itoa(p.Status), name, p.Message, p.Code, p.Hint})
}

// StorageText writes a problem as the resumable protocol does: true statuses,
// plain text.
func StorageText(c echo.Context, p *Problem) error {
	p = storageWords(p)
	c.Response().Header().Set("Tus-Resumable", "1.0.0")
	if c.Request().Method == http.MethodHead {
		return c.NoContent(p.Status)
	}
	return c.String(p.Status, p.Message)
}

// StorageXML writes a problem as S3 does.
func StorageXML(c echo.Context, p *Problem) error {
	p = storageWords(p)
	if c.Request().Method == http.MethodHead {
		return c.NoContent(p.Status)
	}
	body := struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string   `xml:"Code"`
		Message   string   `xml:"Message"`
		Resource  string   `xml:"Resource"`
		RequestID string   `xml:"RequestId"`
	}{Code: p.Code, Message: p.Message, Resource: c.Request().URL.Path, RequestID: c.Response().Header().Get(echo.HeaderXRequestID)}
	return c.XML(p.Status, body)
}
