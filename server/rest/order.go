package rest

// parseOrder reads the terms of an order parameter.
func parseOrder(s string) ([]term, error) {
	c := newCursor(s)
	var out []term
	for {
		t, ok := c.term()
		if !ok {
			return nil, c.problem("failed to parse order")
		}
		out = append(out, t)
		c.blanks()
		if c.end() {
			return out, nil
		}
		if !c.take(",") {
			c.fail(c.i, `","`, "end of input")
			return nil, c.problem("failed to parse order")
		}
	}
}

func (c *cursor) term() (term, bool) {
	var t term
	var ok bool
	c.blanks()
	start := c.i
	if name, found := c.fieldName(); found && c.take("(") {
		t.rel = name
		if t.name, t.path, ok = c.fieldPath(); !ok {
			return t, false
		}
		if !c.take(")") {
			return t, c.fail(c.i, `")"`)
		}
	} else {
		c.i = start
		if t.name, t.path, ok = c.fieldPath(); !ok {
			return t, false
		}
	}
	at := c.i
	switch {
	case c.take(".asc"):
		t.dir = "asc"
	case c.take(".desc"):
		t.dir = "desc"
	}
	afterDir := c.i
	switch {
	case c.take(".nullsfirst"):
		t.nulls = "first"
	case c.take(".nullslast"):
		t.nulls = "last"
	}
	if c.end() || c.at(',') || c.at(' ') {
		return t, true
	}
	switch {
	case t.nulls != "":
		return t, c.refuse(c.i, c.single(c.i), `","`, "end of input")
	case t.dir != "" && c.at('.'):
		return t, c.refuse(c.i+1, c.shown(min(c.i+1, len(c.s))), `"nullsfirst"`, `"nullslast"`)
	case t.dir != "":
		return t, c.refuse(afterDir, c.single(afterDir), "delimiter (.)", `","`, "end of input")
	case c.at('.'):
		return t, c.refuse(at+1, c.shown(min(at+1, len(c.s))), `"asc"`, `"desc"`, `"nullsfirst"`, `"nullslast"`)
	case t.rel != "":
		return t, c.fail(c.i, "delimiter (.)", `","`, "end of input")
	}
	return t, c.fail(c.i, "letter", "digit", `"-"`, `"->>"`, `"->"`, "delimiter (.)", `","`, "end of input")
}
