package problem

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// Render writes a problem in one wire's shape.
type Render func(c echo.Context, p *Problem) error

// Wire is the shape of errors below a path.
type Wire struct {
	Prefix string
	Render Render
}

// Handler is echo's error handler: it finds the problem, sets what all wires
// share, and lets the wire of the request's path write the body. Paths of no
// wire answer RFC 9457.
func Handler(wires ...Wire) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		p := From(err)
		h := c.Response().Header()
		for name, values := range p.Header {
			h[name] = values
		}
		if p.RetryAfter > 0 {
			h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
		}
		render := RFC9457
		for _, w := range wires {
			if path := c.Request().URL.Path; path == w.Prefix || strings.HasPrefix(path, w.Prefix+"/") {
				render = w.Render
			}
		}
		if err := render(c, p); err != nil {
			c.Logger().Error(err)
		}
	}
}

// RFC9457 writes application/problem+json: type, title, status, detail,
// instance (the request's id), and beside them code and hint.
func RFC9457(c echo.Context, p *Problem) error {
	body := struct {
		Type     string          `json:"type"`
		Title    string          `json:"title"`
		Status   int             `json:"status"`
		Detail   string          `json:"detail"`
		Instance string          `json:"instance,omitempty"`
		Code     string          `json:"code"`
		Hint     string          `json:"hint,omitempty"`
		Details  json.RawMessage `json:"details,omitempty"`
	}{
		Type: "about:blank", Title: http.StatusText(p.Status), Status: p.Status, Detail: p.Message,
		Instance: c.Response().Header().Get(echo.HeaderXRequestID), Code: p.Code, Hint: p.Hint, Details: p.Details,
	}
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	if c.Request().Method == http.MethodHead {
		return c.NoContent(p.Status)
	}
	c.Response().WriteHeader(p.Status)
	return json.NewEncoder(c.Response()).Encode(body)
}
