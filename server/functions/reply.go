package functions

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/http/httpguts"

	"howdah/server/problem"
)

// reply is what a function answered.
type reply struct {
	status  int
	headers map[string]json.RawMessage // each a string, a number or a list of strings
	body    []byte
}

// hopByHop are headers of one connection (RFC 9110 7.6.1), which no function
// decides, and those that the server itself does.
var hopByHop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Authorization": true, "Proxy-Connection": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Content-Length": true, "X-Relay-Error": true,
}

func (out *reply) write(c echo.Context) error {
	header := http.Header{}
	for name, raw := range out.headers {
		values, err := headerValues(raw)
		if err != nil {
			return misanswered("header " + name + ": " + err.Error())
		}
		for _, v := range values {
			header.Add(name, v)
		}
	}
	return writeReply(c, out.status, header, out.body)
}

// writeReply checks and sends what a function answered.
func writeReply(c echo.Context, status int, header http.Header, body []byte) error {
	if status < 200 || status > 599 {
		return misanswered(fmt.Sprintf("status %d", status))
	}
	h := c.Response().Header()
	for name, values := range header {
		name = http.CanonicalHeaderKey(name)
		if hopByHop[name] {
			continue
		}
		if !httpguts.ValidHeaderFieldName(name) {
			return misanswered("a header called " + fmt.Sprintf("%q", name))
		}
		for i, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return misanswered("a header " + name + " that no header can hold")
			}
			if i == 0 {
				h.Del(name)
			}
			h.Add(name, v)
		}
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		h.Del("Content-Type") // clients parse by it, and there is nothing to parse
		return c.NoContent(status)
	}
	if len(body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/octet-stream")
		if utf8.Valid(body) {
			h.Set("Content-Type", "text/plain; charset=utf-8")
		}
	}
	if len(body) == 0 && strings.HasPrefix(h.Get("Content-Type"), "application/json") {
		h.Del("Content-Type")
	}
	c.Response().WriteHeader(status)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	_, err := c.Response().Write(body)
	return err
}

func headerValues(raw json.RawMessage) ([]string, error) {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}, nil
	}
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		return many, nil
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return []string{number.String()}, nil
	}
	return nil, fmt.Errorf("neither text nor a list of texts")
}

// misanswered is the function's fault: what it answered cannot be sent.
func misanswered(what string) error {
	return &problem.Problem{
		Status: http.StatusInternalServerError, Code: "bad_response", Message: "The function's answer cannot be sent.",
		Hint: "The log says what is wrong with it.", Cause: fmt.Errorf("the function answered %s", what),
	}
}
