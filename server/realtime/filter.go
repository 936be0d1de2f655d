package realtime

import (
	"errors"
	"fmt"
	"strings"
)

// term is one condition of a postgres_changes filter. Go knows its grammar
// alone; whether the column is there and the value suits it is SQL's to say.
type term struct {
	Column string `json:"column"`
	Op     string `json:"op"`
	Not    bool   `json:"not"`
	Value  any    `json:"value"` // string, or a list of them for in
}

const maxInValues = 100

var errFilter = errors.New("filter is malformed")

// parseFilter reads column=op.value[,column=op.value…]; blank is no filter.
func parseFilter(text string) ([]term, error) {
	terms := []term{}
	if strings.TrimSpace(text) == "" {
		return terms, nil
	}
	parts, err := splitOutside(text)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		column, condition, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok || column == "" {
			return nil, fmt.Errorf("%w: %q is not column=operator.value", errFilter, part)
		}
		t := term{Column: strings.TrimSpace(column)}
		if rest, negated := strings.CutPrefix(condition, "not."); negated {
			t.Not, condition = true, rest
		}
		value := ""
		if t.Op, value, ok = strings.Cut(condition, "."); !ok {
			return nil, fmt.Errorf("%w: %q is not operator.value", errFilter, condition)
		}
		if t.Value, err = parseValue(t.Op, value); err != nil {
			return nil, err
		}
		terms = append(terms, t)
	}
	return terms, nil
}

func parseValue(op, value string) (any, error) {
	switch op {
	case "in":
		inner, ok := strings.CutPrefix(value, "(")
		inner, closed := strings.CutSuffix(inner, ")")
		if !ok || !closed {
			return nil, fmt.Errorf("%w: in needs parentheses", errFilter)
		}
		parts, err := splitOutside(inner)
		if err != nil {
			return nil, err
		}
		if len(parts) > maxInValues {
			return nil, fmt.Errorf("%w: in takes %d values at most", errFilter, maxInValues)
		}
		values := make([]string, len(parts))
		for i, part := range parts {
			values[i] = unquote(part)
		}
		return values, nil
	case "is":
		return strings.ToLower(value), nil
	case "eq", "neq", "lt", "lte", "gt", "gte", "like", "ilike", "match", "imatch", "isdistinct":
		return unquote(value), nil
	default:
		return nil, fmt.Errorf("%w: there is no operator %q", errFilter, op)
	}
}

// splitOutside splits at commas that are in neither quotes nor parentheses.
func splitOutside(text string) ([]string, error) {
	var parts []string
	depth, start, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	if quoted {
		return nil, fmt.Errorf("%w: a quote is open", errFilter)
	}
	return append(parts, text[start:]), nil
}

// unquote takes the double quotes off a value, and the backslashes within them.
func unquote(text string) string {
	trimmed := strings.TrimSpace(text)
	if len(trimmed) < 2 || trimmed[0] != '"' || trimmed[len(trimmed)-1] != '"' {
		return text
	}
	var b strings.Builder
	for i := 1; i < len(trimmed)-1; i++ {
		if trimmed[i] == '\\' && i+1 < len(trimmed)-1 {
			i++
		}
		b.WriteByte(trimmed[i])
	}
	return b.String()
}
