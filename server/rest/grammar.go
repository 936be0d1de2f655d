package rest

import (
	"strings"
	"unicode/utf8"
)

// Bounds of what one request may ask, so that its cost is bounded too.
const (
	maxDepth   = 20
	maxFilters = 1000
	maxFields  = 2000
	maxPath    = 100 // arrows of one JSON path
	// An embed is a join, which costs the planner what many fields do.
	embedWeight = 20
)

// parseSelect reads the select parameter into a node.
func parseSelect(s string, root *node) error {
	c := newCursor(s)
	count := 0
	if !c.fields(root, 0, &count) { // a parenthesis too many ends it, as in PostgREST
		if count > maxFields {
			return tooMuch("select", maxFields)
		}
		return c.problem("failed to parse select parameter")
	}
	return nil
}

// fields takes a list of fields and embeds; it may be empty.
func (c *cursor) fields(n *node, depth int, count *int) bool {
	if depth > maxDepth {
		return c.refuse(c.i, "embed more than "+itoa(maxDepth)+" levels deep")
	}
	if c.end() || c.at(')') {
		return true
	}
	for {
		if *count++; *count > maxFields {
			return false
		}
		if !c.item(n, depth, count) {
			return false
		}
		c.blanks()
		if !c.take(",") {
			return true
		}
		c.blanks()
	}
}

// item takes one field, embed or spread.
func (c *cursor) item(n *node, depth int, count *int) bool {
	c.blanks()
	start := c.i
	if e, ok := c.embedHead(); ok {
		*count += embedWeight - 1
		c.i++ // the parenthesis that embedHead saw
		if !c.fields(e, depth+1, count) {
			return false
		}
		if !c.take(")") {
			return c.fail(c.i, `","`, `")"`)
		}
		n.embeds = append(n.embeds, e)
		return true
	}
	c.i = start
	f, ok := c.field()
	if ok {
		n.fields = append(n.fields, f)
	}
	return ok
}

// embedHead takes alias:name!hint!join up to, not including, the parenthesis.
func (c *cursor) embedHead() (*node, bool) {
	e := &node{}
	e.spread = c.take("...")
	name, ok := c.fieldName()
	if !ok {
		return nil, false
	}
	if !e.spread && c.at(':') && !c.has("::") {
		c.i++
		e.alias = name
		if name, ok = c.fieldName(); !ok {
			return nil, false
		}
	}
	if !e.spread && name == "count" {
		return nil, false
	}
	e.name = name
	for range 2 {
		if !c.at('!') {
			break
		}
		c.i++
		switch {
		case c.take("left"):
			if e.join == "" {
				e.join = "left"
			}
		case c.take("inner"):
			if e.join == "" {
				e.join = "inner"
			}
		default:
			hint, ok := c.fieldName()
			if !ok {
				return nil, false
			}
			if e.hint == "" {
				e.hint = hint
			}
		}
	}
	if e.join == "left" {
		e.join = ""
	}
	return e, c.at('(')
}

func (c *cursor) fieldEnd() bool {
	return c.end() || c.at(')') || c.at(',')
}

// field takes alias:name->path::cast.aggregate()::cast.
func (c *cursor) field() (field, bool) {
	start := c.i
	if c.take("*") {
		if c.fieldEnd() {
			return field{name: "*"}, true
		}
		c.fail(c.i, `")"`, `","`, "end of input")
		c.i = start
	}
	var f field
	if name, ok := c.fieldName(); ok && c.at(':') && !c.has("::") {
		c.i++
		f.alias = name
	} else {
		c.i = start
	}
	if c.take("count()") {
		f.name, f.agg = "*", "count"
		if c.take("::") {
			f.aggCast, _ = c.word()
		}
		if c.fieldEnd() {
			return f, true
		}
		c.i -= len("count()")
	}
	var ok bool
	if f.name, f.path, ok = c.fieldPath(); !ok {
		return f, false
	}
	if c.take("::") {
		if f.cast, ok = c.word(); !ok {
			return f, c.fail(c.i, "letter", "digit")
		}
	}
	if c.at('.') {
		for _, agg := range []string{"sum", "avg", "count", "max", "min"} {
			if c.take("." + agg + "()") {
				f.agg = agg
				break
			}
		}
		if f.agg != "" && c.take("::") {
			if f.aggCast, ok = c.word(); !ok {
				return f, c.fail(c.i, "letter", "digit")
			}
		}
	}
	c.blanks()
	if !c.fieldEnd() {
		want := []string{`"->>"`, `"->"`, `"::"`, `"."`, `")"`, `","`, "end of input"}
		if len(f.path) == 0 && f.cast == "" {
			want = append([]string{"letter", "digit", `"-"`}, want...)
		}
		return f, c.refuse(c.i, c.single(c.i), want...)
	}
	return f, true
}

// parseColumns reads columns and on_conflict.
func parseColumns(what, s string) ([]string, error) {
	c := newCursor(s)
	var out []string
	for {
		name, ok := c.fieldName()
		if !ok {
			return nil, c.problem("failed to parse " + what + " parameter")
		}
		out = append(out, name)
		c.blanks()
		if !c.take(",") {
			return out, nil
		}
		c.blanks()
	}
}

// treePath splits a filter's key: names of embeds, then the field and its path.
func treePath(key string) ([]string, string, []step, error) {
	c := newCursor(key)
	name, ok := c.fieldName()
	if !ok {
		return nil, "", nil, c.problem("failed to parse tree path")
	}
	var path []string
	for c.at('.') {
		c.i++
		path = append(path, name)
		if name, ok = c.fieldName(); !ok {
			return nil, "", nil, c.problem("failed to parse tree path")
		}
	}
	js, ok := c.jsonPath()
	if !ok {
		return nil, "", nil, c.problem("failed to parse tree path")
	}
	return path, name, js, nil
}

// logicPath splits the key of an and/or parameter: names of embeds, not, operator.
func logicPath(key string) (path []string, not bool, op string, err error) {
	c := newCursor(key)
	for {
		name, ok := c.fieldName()
		if !ok {
			return nil, false, "", c.problem("failed to parse logic path")
		}
		path = append(path, name)
		if !c.at('.') {
			break
		}
		c.i++
	}
	op = path[len(path)-1]
	rest := path[:0]
	for _, p := range path[:len(path)-1] {
		if p == "not" {
			not = true
		} else {
			rest = append(rest, p)
		}
	}
	return rest, not, op, nil
}

// likePattern lets * stand for %, which URLs do not like.
func likePattern(v string) string { return strings.ReplaceAll(v, "*", "%") }

func validText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
