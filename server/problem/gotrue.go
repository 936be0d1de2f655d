package problem

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// apiVersion is the header by which GoTrue's clients choose the shape of errors.
const apiVersion = "X-Supabase-Api-Version"

var firstVersion = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// List is details that are a list of words.
func List(words []string) json.RawMessage {
	text, _ := json.Marshal(words) //nolint:errchkjson // strings always encode
	return text
}

// GoTrue writes a problem as GoTrue does: {code, message} for clients that ask
// for version 2024-01-01, {code, error_code, msg} for older ones. The reasons
// of a weak password stand beside.
func GoTrue(c echo.Context, p *Problem) error {
	h := c.Response().Header()
	h.Set("X-Sb-Error-Code", p.Code)
	body := map[string]any{}
	if asked, err := time.Parse(time.DateOnly, c.Request().Header.Get(apiVersion)); err == nil && !asked.Before(firstVersion) {
		h.Set(apiVersion, "2024-01-01")
		body["code"], body["message"] = p.Code, p.Message
	} else {
		body["code"], body["error_code"], body["msg"] = p.Status, p.Code, p.Message
		if p.Status >= http.StatusInternalServerError {
			body["error_id"] = h.Get(echo.HeaderXRequestID)
		}
	}
	if p.Hint != "" {
		body["hint"] = p.Hint
	}
	if p.RetryAfter > 0 {
		body["retry_after"] = p.RetryAfter
	}
	if p.Code == "weak_password" {
		body["weak_password"] = map[string]any{"reasons": p.Details}
	}
	if c.Request().Method == http.MethodHead {
		return c.NoContent(p.Status)
	}
	return c.JSON(p.Status, body)
}
