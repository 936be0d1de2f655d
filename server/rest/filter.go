package rest

import "strings"

// operators that take any or all, and those that do not; longer names first
// where one begins another.
var (
	quantOperators  = []string{"eq", "gte", "gt", "lte", "lt", "like", "ilike", "match", "imatch"}
	simpleOperators = []string{"neq", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"}
	ftsOperators    = []string{"fts", "plfts", "phfts", "wfts"}
)

// parseFilter reads operator.value. With ok false and no error the text holds no
// operator at all, which in a call by GET means that it is an argument.
func parseFilter(s string, lits *literals) (filter, bool, error) {
	c := newCursor(s)
	f, not, ok := c.operation(lits, func() (string, bool) {
		v := c.s[c.i:]
		c.i = len(c.s)
		return v, true
	})
	if !ok {
		return f, false, c.problem("failed to parse filter")
	}
	f.lang, f.is = strings.TrimSpace(f.lang), strings.TrimSpace(f.is)
	return f, not, nil
}

// operation takes not.op(quant).value; value says how its text ends.
func (c *cursor) operation(lits *literals, value func() (string, bool)) (filter, bool, bool) {
	var f filter
	start := c.i
	not := c.take("not.")
	ok := c.operator(&f, lits, value)
	if !ok && !not && c.failAt <= start {
		c.expecting = nil
		c.fail(start, `"not"`, wantOperator)
	}
	return f, not, ok
}

func (c *cursor) operator(f *filter, lits *literals, value func() (string, bool)) bool {
	switch {
	case c.take("in."):
		f.op = "in"
		list, ok := c.list()
		if ok {
			f.lit = lits.add(arrayLiteral(list))
		}
		return ok
	case c.take("is."):
		f.op = "is"
		return c.isValue(f)
	case c.take("isdistinct."):
		f.op = "isdistinct"
		return c.value(f, lits, value)
	}
	start := c.i
	for _, op := range ftsOperators {
		if !c.take(op) {
			continue
		}
		if c.at('(') {
			c.i++
			lang, ok := c.word()
			if !ok || !c.take(")") {
				c.i = start
				return c.fail(start, wantOperator)
			}
			f.lang = lang
		}
		if !c.take(".") {
			break
		}
		f.op = op
		return c.value(f, lits, value)
	}
	c.i = start
	for _, op := range simpleOperators {
		if c.take(op + ".") {
			f.op = op
			return c.value(f, lits, value)
		}
	}
	for _, op := range quantOperators {
		c.i = start
		if !c.take(op) {
			continue
		}
		switch {
		case c.take("(any)"):
			f.quant = "any"
		case c.take("(all)"):
			f.quant = "all"
		}
		if c.take(".") {
			f.op = op
			return c.value(f, lits, value)
		}
		return c.refuse(c.i, c.shown(c.i), wantOperator)
	}
	c.i = start
	return c.fail(start, wantOperator)
}

func (c *cursor) value(f *filter, lits *literals, value func() (string, bool)) bool {
	v, ok := value()
	if !ok {
		return false
	}
	if f.op == "like" || f.op == "ilike" {
		v = likePattern(v)
	}
	f.lit = lits.add(v)
	return true
}

func (c *cursor) isValue(f *filter) bool {
	// not_null before null does not matter, but true, false and unknown are whole words only by what follows.
	for _, v := range []string{"null", "not_null", "true", "false", "unknown"} {
		if len(c.s)-c.i >= len(v) && strings.EqualFold(c.s[c.i:c.i+len(v)], v) {
			c.i += len(v)
			f.is = v
			return true
		}
	}
	return c.fail(c.i, "isVal: (null, not_null, true, false, unknown)")
}

// list takes (a,"b",c). A single empty element is the empty list.
func (c *cursor) list() ([]string, bool) {
	c.blanks()
	if !c.take("(") {
		return nil, c.fail(c.i, `"("`)
	}
	c.blanks()
	var out []string
	for {
		out = append(out, c.element())
		if c.take(",") {
			continue
		}
		c.blanks()
		if !c.take(")") {
			return nil, c.fail(c.i, `","`, `")"`)
		}
		c.blanks()
		if len(out) == 1 && out[0] == "" {
			out = nil
		}
		return out, true
	}
}

// element takes a quoted value, or all up to a comma or parenthesis.
func (c *cursor) element() string {
	start := c.i
	if v, ok := c.quoted(); ok && (c.end() || c.at(',') || c.at(')')) {
		return v
	}
	c.i = start
	for c.i < len(c.s) && c.s[c.i] != ',' && c.s[c.i] != ')' {
		c.i++
	}
	return c.s[start:c.i]
}

// logicValue is a value inside and/or: quoted, an array literal, or plain.
func (c *cursor) logicValue() (string, bool) {
	if c.at('{') {
		if end := strings.IndexByte(c.s[c.i:], '}'); end > 0 && !strings.Contains(c.s[c.i+1:c.i+end], "{") {
			v := c.s[c.i : c.i+end+1]
			c.i += end + 1
			return v, true
		}
	}
	return c.element(), true
}

// parseLogic reads the value of an and/or parameter: op and not are its key's.
func parseLogic(op string, not bool, s string, lits *literals) (logic, error) {
	prefix := op
	if not {
		prefix = "not." + op
	}
	c := newCursor(prefix + s)
	l, ok := c.logic(lits, 0)
	if !ok {
		err := c.problem("failed to parse logic tree")
		return l, rewordLogic(err, prefix+s, s)
	}
	return l, nil
}

// logic takes a filter, or and(…), or(…), not.and(…).
func (c *cursor) logic(lits *literals, depth int) (logic, bool) {
	if depth > maxDepth {
		return logic{}, c.refuse(c.i, "logic more than "+itoa(maxDepth)+" levels deep")
	}
	start := c.i
	lit := len(lits.values)
	if name, path, ok := c.fieldPath(); ok && c.take(".") {
		if f, not, ok := c.operation(lits, c.logicValue); ok {
			f.name, f.path = name, path
			return logic{not: not, leaf: f}, true
		}
	}
	c.i = start
	lits.values = lits.values[:lit]
	l := logic{not: c.take("not.")}
	switch {
	case c.take("and"):
		l.op = "and"
	case c.take("or"):
		l.op = "or"
	case l.not:
		return l, c.fail(c.i, "logic operator (and, or)")
	default:
		return l, c.fail(c.i, wantField, "negation operator (not)", "logic operator (and, or)")
	}
	c.blanks()
	if !c.take("(") {
		return l, c.fail(c.i, `"("`)
	}
	for {
		c.blanks()
		sub, ok := c.logic(lits, depth+1)
		if !ok {
			return l, false
		}
		l.list = append(l.list, sub)
		if len(lits.values) > maxFilters {
			return l, c.refuse(c.i, "filter after "+itoa(maxFilters)+" others")
		}
		c.blanks()
		if c.take(",") {
			continue
		}
		if !c.take(")") {
			return l, c.fail(c.i, `","`, `")"`)
		}
		c.blanks()
		return l, true
	}
}
