package rest

import (
	"sort"
	"strings"
)

// query is the URL's query string, sorted by what its parameters are for.
type query struct {
	params    []param
	canonical string

	selects, columns, onConflict *string
	orders, limits, logics       []param
	filters                      []param
}

// parseQuery splits a query string. Parameters without = count for the canonical
// form alone, as in PostgREST.
func parseQuery(raw string) (*query, error) {
	q := &query{}
	valued := raw
	for raw != "" {
		var part string
		if i := strings.IndexAny(raw, "&;"); i >= 0 {
			part, raw = raw[:i], raw[i+1:]
		} else {
			part, raw = raw, ""
		}
		if part == "" {
			continue
		}
		k, v, has := strings.Cut(part, "=")
		p := param{unescape(k), unescape(v)}
		if !validText(p.key) || !validText(p.value) {
			return nil, grammarError(`"failed to parse query string" (line 1, column 1)`, "unexpected bytes that are not UTF-8 text")
		}
		q.params = append(q.params, p)
		if has {
			q.sort(p)
		}
		if len(q.params) > maxFilters {
			return nil, tooMuch("query string", maxFilters)
		}
	}
	if valued != "" {
		q.canonical = canonicalQuery(q.params)
	}
	return q, nil
}

func (q *query) sort(p param) {
	switch p.key {
	case "select":
		firstOf(&q.selects, p.value)
		return
	case "columns":
		firstOf(&q.columns, p.value)
		return
	case "on_conflict":
		firstOf(&q.onConflict, p.value)
		return
	}
	switch p.key[strings.LastIndexByte(p.key, '.')+1:] {
	case "order":
		q.orders = append(q.orders, p)
	case "limit", "offset":
		q.limits = append(q.limits, p)
	case "and", "or":
		q.logics = append(q.logics, p)
	default:
		q.filters = append(q.filters, p)
	}
}

func firstOf(slot **string, v string) {
	if *slot == nil {
		*slot = &v
	}
}

func canonicalQuery(params []param) string {
	sorted := make([]param, len(params))
	copy(sorted, params)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].key < sorted[j].key })
	b := make([]byte, 0, 64)
	for i, p := range sorted {
		if i > 0 {
			b = append(b, '&')
		}
		b = appendEscaped(b, p.key)
		b = append(b, '=')
		b = appendEscaped(b, p.value)
	}
	return string(b)
}

func appendEscaped(b []byte, s string) []byte {
	const upper = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~' {
			b = append(b, c)
		} else {
			b = append(b, '%', upper[c>>4], upper[c&15])
		}
	}
	return b
}
