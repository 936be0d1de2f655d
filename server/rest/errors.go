package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"howdah/server/problem"
	"howdah/server/token"
)

func itoa(n int) string { return strconv.Itoa(n) }

// refusal is an error in PostgREST's words.
func refusal(status int, code, message, details, hint string) *problem.Problem {
	return &problem.Problem{Status: status, Code: code, Message: message, Details: problem.Text(details), Hint: hint}
}

func grammarError(message, details string) error {
	return refusal(http.StatusBadRequest, "PGRST100", message, details, "")
}

func tooMuch(what string, limit int) error {
	return grammarError("\"too much in "+what+"\" (line 1, column 1)", "more than "+itoa(limit)+" elements")
}

// rewordLogic shows the parameter's value, where the parser saw its key before it.
func rewordLogic(err error, seen, value string) error {
	var p *problem.Problem
	if errors.As(err, &p) {
		p.Message = strings.Replace(p.Message, strconv.Quote("failed to parse logic tree ("+seen+")"), strconv.Quote("failed to parse logic tree ("+value+")"), 1)
	}
	return err
}

func notEmbedded(name string) error {
	return refusal(http.StatusBadRequest, "PGRST108", "'"+name+"' is not an embedded resource in this request", "",
		"Verify that '"+name+"' is included in the 'select' query parameter.")
}

func invalidBody(message string) error {
	return refusal(http.StatusBadRequest, "PGRST102", message, "", "")
}

func rangeError(details string) error {
	return refusal(http.StatusRequestedRangeNotSatisfiable, "PGRST103", "Requested range not satisfiable", details, "")
}

func singularError(rows int64) error {
	return refusal(http.StatusNotAcceptable, "PGRST116", "Cannot coerce the result to a single JSON object",
		"The result contains "+strconv.FormatInt(rows, 10)+" rows", "")
}

func maxAffectedError(rows int64) error {
	return refusal(http.StatusBadRequest, "PGRST124", "Query result exceeds max-affected preference constraint",
		"The query affects "+strconv.FormatInt(rows, 10)+" rows", "")
}

func putMismatch() error {
	return refusal(http.StatusBadRequest, "PGRST115", "Payload values do not match URL in primary key column(s)", "", "")
}

// compiled is what rest.compile refuses with.
type compiledError struct {
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Details json.RawMessage `json:"details"`
	Hint    *string         `json:"hint"`
}

func (e *compiledError) problem(status int, s *suggestion) error {
	p := &problem.Problem{Status: status, Code: e.Code, Message: e.Message}
	if string(e.Details) != "null" {
		p.Details = e.Details
	}
	if e.Hint != nil {
		p.Hint = *e.Hint
	} else if s != nil {
		p.Hint = s.hint()
	}
	return p
}

// tokenError words a refused token as PostgREST does.
func tokenError(err error) error {
	var te *token.Error
	if !errors.As(err, &te) {
		return err
	}
	p := &problem.Problem{Status: http.StatusUnauthorized, Code: "PGRST301", Cause: err}
	switch te.Reason {
	case token.Malformed:
		p.Message, p.Details = "JWT couldn't be decoded", problem.Text(te.Detail)
	case token.BadKey:
		p.Message, p.Details = "No suitable key or wrong key type", problem.Text("None of the keys was able to decode the JWT")
	case token.BadSign:
		p.Message, p.Details = "No suitable key or wrong key type", problem.Text("None of the keys was able to decode the JWT")
	case token.Expired:
		p.Code, p.Message = "PGRST303", "JWT expired"
	case token.NotYet:
		p.Code, p.Message = "PGRST303", "JWT not yet valid"
	case token.BadAud:
		p.Code, p.Message = "PGRST303", "JWT not in audience"
	case token.BadClaim:
		p.Code, p.Message, p.Details = "PGRST303", "Parsing claims failed", problem.Text(te.Detail)
	}
	p.Header = http.Header{"Www-Authenticate": {`Bearer error="invalid_token", error_description=` + strconv.Quote(p.Message)}}
	return p
}
