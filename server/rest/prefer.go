package rest

import (
	"net/http"
	"strconv"
	"strings"
)

// prefer is the Prefer header, understood. Empty means not said.
type prefer struct {
	resolution, rep, count, tx, missing, handling string
	timezone, explain                             string
	maxAffected                                   int64 // -1 for not said
	cursor                                        bool
	after                                         string // the cursor; empty for the first page
	invalid                                       []string
}

// parsePrefer reads every Prefer header; of repeated preferences the first counts.
// Whether tx may be said is the server's choice.
func parsePrefer(h http.Header, txAllowed bool) prefer {
	p := prefer{maxAffected: -1}
	seenMax := false
	for _, line := range h["Prefer"] {
		for part := range strings.SplitSeq(line, ",") {
			part = strings.TrimSpace(part)
			k, v, _ := strings.Cut(part, "=")
			slot := p.slot(k, v)
			switch {
			case slot != nil:
				if *slot == "" && (k != "tx" || txAllowed) {
					*slot = v
				}
			case k == "timezone" && strings.Contains(part, "="):
				if p.timezone == "" {
					p.timezone = v
				}
			case k == "cursor":
				if !p.cursor {
					p.cursor, p.after = true, v
				}
			case k == "max-affected" && strings.Contains(part, "="):
				if n, err := strconv.ParseInt(v, 10, 64); err == nil && !seenMax {
					p.maxAffected = n
				}
				seenMax = true
			default:
				p.invalid = append(p.invalid, part)
			}
		}
	}
	return p
}

// slot is where a known preference is kept; nil for any other.
func (p *prefer) slot(k, v string) *string {
	switch k + "=" + v {
	case "resolution=merge-duplicates", "resolution=ignore-duplicates":
		return &p.resolution
	case "return=representation", "return=minimal", "return=headers-only":
		return &p.rep
	case "count=exact", "count=planned", "count=estimated":
		return &p.count
	case "tx=commit", "tx=rollback":
		return &p.tx
	case "missing=default", "missing=null":
		return &p.missing
	case "handling=strict", "handling=lenient":
		return &p.handling
	case "explain=rls":
		return &p.explain
	}
	return nil
}

func (p *prefer) strict() bool { return p.handling == "strict" }

// applied is the Preference-Applied header, in PostgREST's order; op decides
// which preferences had a meaning. keyed: an upsert had columns to conflict on.
func (p *prefer) applied(op string, keyed bool) string {
	b := make([]byte, 0, 64)
	add := func(k, v string, when bool) {
		if v == "" || !when {
			return
		}
		if len(b) > 0 {
			b = append(b, ", "...)
		}
		b = append(append(append(b, k...), '='), v...)
	}
	write := op == opInsert || op == opUpdate || op == opDelete || op == opPut
	add("resolution", p.resolution, op == opInsert && keyed)
	add("missing", p.missing, op == opInsert || op == opUpdate)
	add("return", p.rep, write)
	add("count", p.count, true)
	add("tx", p.tx, true)
	add("handling", p.handling, true)
	add("timezone", p.timezone, true)
	if p.maxAffected >= 0 && p.strict() {
		add("max-affected", strconv.FormatInt(p.maxAffected, 10), op == opUpdate || op == opDelete || op == opCall)
	}
	add("explain", p.explain, op == opRead)
	if p.cursor && op == opRead {
		if len(b) > 0 {
			b = append(b, ", "...)
		}
		b = append(b, "cursor"...)
	}
	return string(b)
}
