package rest

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cursor walks a parameter's text and remembers the furthest place where it
// could not go on, and what would have let it: that is what a refusal reports.
type cursor struct {
	s          string
	i          int
	failAt     int
	unexpected string
	expecting  []string
}

func newCursor(s string) *cursor { return &cursor{s: s, failAt: -1} }

// fail notes that one of want was expected at place at.
func (c *cursor) fail(at int, want ...string) bool {
	if at > c.failAt {
		c.failAt, c.unexpected, c.expecting = at, c.shown(at), nil
	}
	if at == c.failAt {
		for _, w := range want {
			if w != "" && !contains(c.expecting, w) {
				c.expecting = append(c.expecting, w)
			}
		}
	}
	return false
}

// refuse is fail with an unexpected part of its own, in place of the character.
func (c *cursor) refuse(at int, unexpected string, want ...string) bool {
	if at >= c.failAt {
		c.failAt, c.unexpected, c.expecting = at, unexpected, nil
		c.fail(at, want...)
	}
	return false
}

func (c *cursor) shown(at int) string {
	if at >= len(c.s) {
		return "end of input"
	}
	r, size := utf8.DecodeRuneInString(c.s[at:])
	if r < utf8.RuneSelf {
		return `"` + strings.ReplaceAll(strings.ReplaceAll(c.s[at:at+size], `\`, `\\`), `"`, `\"`) + `"`
	}
	return `"\` + strconv.Itoa(int(r)) + `"`
}

// single shows a character as the end of a list does, in single quotes.
func (c *cursor) single(at int) string {
	if at >= len(c.s) {
		return "end of input"
	}
	r, _ := utf8.DecodeRuneInString(c.s[at:])
	return "'" + string(r) + "'"
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (c *cursor) end() bool { return c.i >= len(c.s) }

// at says whether the next byte is b.
func (c *cursor) at(b byte) bool { return c.i < len(c.s) && c.s[c.i] == b }

// has says whether lit comes next.
func (c *cursor) has(lit string) bool { return strings.HasPrefix(c.s[c.i:], lit) }

// take consumes lit if it comes next.
func (c *cursor) take(lit string) bool {
	if c.has(lit) {
		c.i += len(lit)
		return true
	}
	return false
}

// blanks skips spaces and tabs.
func (c *cursor) blanks() {
	for c.i < len(c.s) && (c.s[c.i] == ' ' || c.s[c.i] == '\t') {
		c.i++
	}
}

func isIdent(r rune) bool {
	return r == '_' || r == ' ' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// word takes letters, digits, _, $ and blanks, and trims the blanks around them.
func (c *cursor) word() (string, bool) {
	start := c.i
	for c.i < len(c.s) {
		r, size := rune(c.s[c.i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(c.s[c.i:])
		}
		if !isIdent(r) {
			break
		}
		c.i += size
	}
	return strings.TrimSpace(c.s[start:c.i]), c.i > start
}

const (
	wantField    = "field name (* or [a..z0..9_$])"
	wantOperator = "operator (eq, gt, ...)"
)

// quoted takes "…" in which a backslash keeps the next character.
func (c *cursor) quoted() (string, bool) {
	if !c.at('"') {
		return "", false
	}
	var b strings.Builder
	for j := c.i + 1; j < len(c.s); j++ {
		switch c.s[j] {
		case '\\':
			if j+1 < len(c.s) {
				j++
				b.WriteByte(c.s[j])
				continue
			}
		case '"':
			c.i = j + 1
			return b.String(), true
		default:
			b.WriteByte(c.s[j])
		}
	}
	return "", c.fail(len(c.s), `any character`)
}

// dashed takes parts joined by dashes; the dash of an arrow is none.
func (c *cursor) dashed(part func() (string, bool), want string) (string, bool) {
	name, ok := part()
	if !ok {
		return "", c.fail(c.i, want)
	}
	for c.at('-') && !c.has("->") {
		save := c.i
		c.i++
		more, ok := part()
		if !ok {
			c.fail(c.i, want)
			c.i = save
			return "", false
		}
		name += "-" + more
	}
	return name, true
}

// fieldName takes a name, quoted or not.
func (c *cursor) fieldName() (string, bool) {
	if c.at('"') {
		return c.quoted()
	}
	return c.dashed(c.word, wantField)
}

// jsonKey takes the key of a JSON path.
func (c *cursor) jsonKey() (string, bool) {
	if c.at('"') {
		return c.quoted()
	}
	c.fail(c.i, `"-"`, "digit")
	return c.dashed(func() (string, bool) {
		start := c.i
		for c.i < len(c.s) && !strings.ContainsRune("(-:.,>)", rune(c.s[c.i])) {
			c.i++
		}
		return strings.TrimSpace(c.s[start:c.i]), c.i > start
	}, "any non reserved character different from: .,>()")
}

// jsonPath takes arrows and what they point at; none is fine.
func (c *cursor) jsonPath() ([]step, bool) {
	var path []step
	for c.has("->") {
		if len(path) == maxPath {
			return nil, c.refuse(c.i, "arrow after "+itoa(maxPath)+" others")
		}
		arrow := "->"
		if c.has("->>") {
			arrow = "->>"
		}
		c.i += len(arrow)
		if c.at('-') && (c.i+1 >= len(c.s) || c.s[c.i+1] < '0' || c.s[c.i+1] > '9') {
			return nil, c.fail(c.i+1, "digit")
		}
		if n := c.jsonIndex(); n > 0 {
			path = append(path, step{arrow, strings.TrimLeft(c.s[c.i:c.i+n], "+"), true})
			c.i += n
			continue
		}
		if c.at('-') {
			return nil, false
		}
		key, ok := c.jsonKey()
		if !ok {
			return nil, false
		}
		path = append(path, step{arrow, key, false})
	}
	return path, true
}

// jsonIndex is the length of an array index that comes next: digits, and then
// nothing that could belong to a key.
func (c *cursor) jsonIndex() int {
	j := c.i
	if j < len(c.s) && c.s[j] == '-' {
		j++
	}
	digits := j
	for j < len(c.s) && c.s[j] >= '0' && c.s[j] <= '9' {
		j++
	}
	rest := c.s[j:]
	if j == digits || j-digits > 9 {
		return 0
	}
	if rest == "" || rest[0] == '.' || rest[0] == ',' || strings.HasPrefix(rest, "->") || strings.HasPrefix(rest, "::") {
		if c.s[c.i] == '-' || c.s[digits] != '0' || j-digits == 1 {
			return j - c.i
		}
		return j - c.i
	}
	if c.s[c.i] == '-' {
		c.refuse(j, c.single(j), "digit", `"->"`, `"::"`, `"."`, `","`, "end of input")
	}
	return 0
}

// fieldPath takes a name and its JSON path, with blanks around.
func (c *cursor) fieldPath() (string, []step, bool) {
	c.blanks()
	name, ok := c.fieldName()
	if !ok {
		return "", nil, false
	}
	path, ok := c.jsonPath()
	if !ok {
		return "", nil, false
	}
	c.blanks()
	return name, path, true
}

// problem is the refusal of what was parsed, called what.
func (c *cursor) problem(what string) error {
	at := max(c.failAt, 0)
	line := 1 + strings.Count(c.s[:min(at, len(c.s))], "\n")
	col := 1 + utf8.RuneCountInString(c.s[strings.LastIndexByte(c.s[:min(at, len(c.s))], '\n')+1:min(at, len(c.s))])
	details := "unexpected " + c.unexpected
	if n := len(c.expecting); n > 0 {
		details += " expecting " + strings.Join(c.expecting[:n-1], ", ")
		if n > 1 {
			details += " or "
		}
		details += c.expecting[n-1]
	}
	return grammarError(strconv.Quote(what+" ("+c.s+")")+" (line "+strconv.Itoa(line)+", column "+strconv.Itoa(col)+")", details)
}
