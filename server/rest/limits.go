package rest

import (
	"net/http"
	"strconv"
	"strings"
)

// limits puts limit and offset parameters where they belong.
func (rq *request) limits(legacy bool) error {
	for n := range rq.nodes() {
		n.rng = allRows
	}
	type pair struct{ limit, offset *string }
	byPath := map[string]*pair{}
	var keys []string
	for _, p := range rq.query.limits {
		cut := strings.LastIndexByte(p.key, '.')
		prefix := p.key[:max(cut, 0)]
		if byPath[prefix] == nil {
			byPath[prefix] = &pair{}
			keys = append(keys, prefix)
		}
		v := p.value
		if p.key[cut+1:] == "limit" {
			byPath[prefix].limit = &v
		} else {
			byPath[prefix].offset = &v
		}
	}
	for _, prefix := range keys {
		var path []string
		if prefix != "" {
			names, last, _, err := treePath(prefix)
			if err != nil {
				return err
			}
			path = append(names, last)
		}
		if path != nil && rq.op != opRead && rq.op != opCall {
			continue
		}
		n, err := rq.find(path, legacy)
		if err != nil {
			return err
		}
		n.rng = limitOffset(byPath[prefix].limit, byPath[prefix].offset)
	}
	return nil
}

// nodes walks the select tree.
func (rq *request) nodes() func(yield func(*node) bool) {
	return func(yield func(*node) bool) {
		var walk func(n *node) bool
		walk = func(n *node) bool {
			if !yield(n) {
				return false
			}
			for _, e := range n.embeds {
				if !walk(e) {
					return false
				}
			}
			return true
		}
		walk(&rq.root)
	}
}

// ranges joins the Range header and the limits, and numbers them as literals.
func (rq *request) ranges(r *http.Request, maxRows int64) error {
	header := allRows
	if rq.method == http.MethodGet || rq.posted {
		if v := r.Header.Get("Range"); v != "" {
			header = rangeHeader(v)
		}
	}
	limit := rq.root.rng
	rq.top = header.and(limit)
	if limit.hi == noRows.hi {
		rq.top = noRows
	} else if rq.top.empty() {
		if header.empty() {
			return rangeError("The lower boundary must be lower than or equal to the upper boundary in the Range header.")
		}
		return rangeError("Limit should be greater than or equal to zero.")
	}
	if rq.op == opPut && rq.top != allRows {
		return refusal(http.StatusBadRequest, "PGRST114", "limit/offset querystring parameters are not allowed for PUT", "", "")
	}
	if rq.op != opRead && rq.op != opCall {
		return nil
	}
	rq.root.rng = rq.top
	rq.limited = rq.top != allRows
	for n := range rq.nodes() {
		rng := n.rng
		if maxRows > 0 {
			rng = rng.first(maxRows)
		}
		if rng == allRows {
			continue
		}
		if rng.hi != allRows.hi {
			n.limit = rq.lits.add(strconv.FormatInt(max(0, rng.hi-rng.lo+1), 10))
		}
		n.offset = rq.lits.add(strconv.FormatInt(max(0, rng.lo), 10))
	}
	return nil
}
