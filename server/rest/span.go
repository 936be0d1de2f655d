package rest

import (
	"math"
	"strconv"
	"strings"
)

// span is a range of rows, both ends included; hi is unbounded for math.MaxInt64.
type span struct{ lo, hi int64 }

var (
	allRows = span{0, math.MaxInt64}
	noRows  = span{0, -1} // what limit=0 asks for
)

func (s span) empty() bool { return s.hi < s.lo }

func (s span) and(o span) span { return span{max(s.lo, o.lo), min(s.hi, o.hi)} }

// first keeps at most n rows of a span, and limit=0 what it is.
func (s span) first(n int64) span {
	if s.hi == noRows.hi {
		return noRows
	}
	return s.and(span{math.MinInt64, satAdd(s.lo, n-1)})
}

func satAdd(a, b int64) int64 {
	if b > 0 && a > math.MaxInt64-1-b {
		return math.MaxInt64 - 1
	}
	return a + b
}

// limitOffset makes a span of the limit and offset parameters; nil for absent.
// A limit that is no number limits nothing, as in PostgREST.
func limitOffset(limit, offset *string) span {
	s := allRows
	if offset != nil {
		if o, err := strconv.ParseInt(strings.TrimSpace(*offset), 10, 64); err == nil {
			s.lo = o
		}
	}
	if limit == nil {
		return s
	}
	l, err := strconv.ParseInt(strings.TrimSpace(*limit), 10, 64)
	if err != nil {
		if offset == nil {
			return s
		}
		l = 0
	}
	s.hi = satAdd(s.lo, l-1)
	return s
}

// rangeHeader reads "0-9" or "5-"; anything else asks for all rows.
func rangeHeader(h string) span {
	lo, hi, ok := strings.Cut(h, "-")
	if !ok || lo == "" || strings.Trim(lo, "0123456789") != "" || strings.Trim(hi, "0123456789") != "" {
		return allRows
	}
	s := allRows
	l, err := strconv.ParseInt(lo, 10, 64)
	if err != nil {
		return span{0, -2}
	}
	s.lo = l
	if hi != "" {
		if h, err := strconv.ParseInt(hi, 10, 64); err == nil {
			s.hi = h
		}
	}
	return s
}

// contentRange is the header's value: rows lo to hi of a total, -1 for unknown.
func contentRange(lo, hi, total int64) string {
	b := make([]byte, 0, 24)
	if total != 0 && lo <= hi {
		b = strconv.AppendInt(b, lo, 10)
		b = append(b, '-')
		b = strconv.AppendInt(b, hi, 10)
	} else {
		b = append(b, '*')
	}
	b = append(b, '/')
	if total < 0 {
		b = append(b, '*')
	} else {
		b = strconv.AppendInt(b, total, 10)
	}
	return string(b)
}
