package db

import (
	"regexp"
	"strings"
	"unicode"
)

// statement is one statement of a file: start is the byte offset of its first
// word, behind blanks and comments.
type statement struct {
	start int
	text  string
}

var (
	dollarTag = regexp.MustCompile(`^\$([A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$`)
	word      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$]*`)
)

// statements splits text at the semicolons that end statements: not those in
// quotes, comments, dollar quotes or `begin atomic … end` bodies. It serves
// error messages; PostgreSQL itself splits what is run.
func statements(text string) []statement {
	var out []statement
	start, atomic, cases := -1, false, 0
	var last string
	for i := 0; i < len(text); {
		if n := skipBlank(text[i:]); n > 0 {
			i += n
			continue
		}
		if start < 0 {
			start = i
		}
		if n := quoted(text[i:]); n > 0 {
			i += n
			continue
		}
		if w := word.FindString(text[i:]); w != "" {
			lower := strings.ToLower(w)
			switch {
			case lower == "atomic" && last == "begin":
				atomic, cases = true, 0
			case atomic && lower == "case":
				cases++
			case atomic && lower == "end" && cases > 0:
				cases--
			case atomic && lower == "end":
				atomic = false
			}
			last = lower
			i += len(w)
			continue
		}
		if text[i] == ';' && !atomic {
			if start < i {
				out = append(out, statement{start, text[start:i]})
			}
			start, last = -1, ""
		}
		i++
	}
	if start >= 0 {
		out = append(out, statement{start, strings.TrimRightFunc(text[start:], unicode.IsSpace)})
	}
	return out
}

// skipBlank is the length of the white space or comment that s begins with.
func skipBlank(s string) int {
	switch {
	case strings.HasPrefix(s, "--"):
		if end := strings.IndexByte(s, '\n'); end >= 0 {
			return end
		}
		return len(s)
	case strings.HasPrefix(s, "/*"):
		depth, i := 0, 0
		for i < len(s) {
			switch {
			case strings.HasPrefix(s[i:], "/*"):
				depth++
				i += 2
			case strings.HasPrefix(s[i:], "*/"):
				depth--
				i += 2
				if depth == 0 {
					return i
				}
			default:
				i++
			}
		}
		return len(s)
	case s[0] == ' ' || s[0] == '\t' || s[0] == '\n' || s[0] == '\r' || s[0] == '\f':
		return 1
	}
	return 0
}

// quoted is the length of the string, quoted name or dollar quote that s
// begins with. An unclosed one runs to the end.
func quoted(s string) int {
	switch {
	case s[0] == '\'', s[0] == '"':
		return closing(s, 1, s[0], false)
	case (s[0] == 'e' || s[0] == 'E') && len(s) > 1 && s[1] == '\'':
		return closing(s, 2, '\'', true)
	case s[0] == '$':
		if tag := dollarTag.FindString(s); tag != "" {
			if end := strings.Index(s[len(tag):], tag); end >= 0 {
				return end + 2*len(tag)
			}
			return len(s)
		}
	}
	return 0
}

func closing(s string, from int, quote byte, escapes bool) int {
	for i := from; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}
