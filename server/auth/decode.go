package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"howdah/server/problem"
)

// largestBody is GoTrue's: no body of this API is large.
const largestBody = 1 << 20

// deepest bounds the nesting of metadata: jsonb takes more, but policies that
// read it should not have to.
const deepest = 100

func (s *Service) limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.ContentLength > largestBody {
			return &http.MaxBytesError{Limit: largestBody}
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, largestBody)
		return next(c)
	}
}

func badJSON(message string) error {
	return problem.New(http.StatusBadRequest, "bad_json", "Could not parse request body as JSON: "+message)
}

func invalid(message string) error {
	return problem.New(http.StatusBadRequest, "validation_failed", message)
}

// decode reads a JSON object of any content type into out. An empty body is an
// empty object; unknown members are ignored; null means absent.
func decode(c echo.Context, out any) error {
	body, err := io.ReadAll(c.Request().Body)
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return err
	case err != nil:
		return badJSON("the body broke off")
	case len(bytes.TrimSpace(body)) == 0:
		return nil
	case !utf8.Valid(body):
		return badJSON("it is not UTF-8")
	case depth(body) > deepest:
		return badJSON("it is nested too deeply")
	case repeats(body):
		return badJSON("a member stands twice")
	}
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(body, out); {
	case errors.As(err, &wrong):
		return badJSON(strings.TrimPrefix(wrong.Field+" must not be a "+wrong.Value, " "))
	case err != nil:
		return badJSON("it is malformed")
	case bytes.Contains(body, []byte(`\u0000`)):
		return invalid("NUL characters are not allowed")
	}
	return nil
}

// depth is how deep brackets nest, outside of strings.
func depth(body []byte) int {
	var now, most int
	inString := false
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case inString && b == '\\':
			i++
		case b == '"':
			inString = !inString
		case inString:
		case b == '{' || b == '[':
			now++
			most = max(most, now)
		case b == '}' || b == ']':
			now--
		}
	}
	return most
}

// repeats says whether a name stands twice at the top, in any case: which of the
// two counts is a matter of the parser, and two parsers may differ (RFC 8725
// asks the same of tokens).
func repeats(body []byte) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return false
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		text, ok := name.(string)
		var value json.RawMessage
		if err != nil || !ok || d.Decode(&value) != nil {
			return false // malformed: the parser says so
		}
		if text = strings.ToLower(text); seen[text] {
			return true
		}
		seen[text] = true
	}
	return false
}

// sanitize makes a header's text storable: UTF-8 without NUL.
func sanitize(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}
