package server_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// columns is how wide a line of SQL may be; beside is what may stand beside a
// literal that is too long for it, and cannot be broken.
const (
	columns = 110
	beside  = 24
)

func TestLinesOfSQLFit(t *testing.T) {
	t.Parallel()
	for _, root := range []string{"../migrations", "../pgtap", "../sql"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() || filepath.Ext(path) != ".sql" {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, n := range longLines(string(text)) {
				t.Errorf("%s:%d: a line of more than %d columns", path, n, columns)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLongLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", columns)
	for _, sc := range []struct {
		name, text string
		want       []int
	}{
		{"code", "select 1;\nselect " + long + ";", []int{2}},
		{"as many columns as may be", long, nil},
		{"columns are no bytes", strings.Repeat("é", columns), nil},
		{"one literal", "  || '" + long + "', v_x)", nil},
		{"one literal with quotes in it", "  return 'a''" + long + `''b"c';`, nil},
		{"one literal with a backslash before its quote", `  hint = E'\'` + long + `';`, nil},
		{"a literal and more than may stand beside it", "select is(f(1, 2, 3), '" + long + "', true);", []int{1}},
		{"two literals", "  '" + long[:60] + "', '" + long[:60] + "'", []int{1}},
		{"lines within a literal", "select 'a\n" + long + " " + long + "\n b';", nil},
		{"a comment", "-- it's " + long, []int{1}},
		{"a comment's quote opens nothing", "-- it's\n" + long + ";'", []int{2}},
		{"a name", `select "` + long + `";`, []int{1}},
		{"a body is code", "as $$\n" + long + "y\n$$;", []int{2}},
		{"so is one with a tag", "as $f$\n" + long + "y\n$f$;\n" + long + "y", []int{2, 4}},
		{"a tagged text is none", "select $html$\n" + long + " " + long + "\n$html$;\n" + long + "y", []int{4}},
		{"a parameter is no quote", "as $$ select $1, $2 $$;\n" + long + "y", []int{2}},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			if got := longLines(sc.text); !slices.Equal(got, sc.want) {
				t.Errorf("got %v, want %v", got, sc.want)
			}
		})
	}
}

// longLines are the numbers of the lines that are too long, and are not one
// literal with a word or a bracket beside it.
func longLines(text string) []int {
	var long []int
	spans := literals(text)
	start := 0
	for i, line := range strings.Split(text, "\n") {
		end := start + len(line)
		if utf8.RuneCountInString(line) > columns {
			most := 0
			for _, s := range spans {
				if from, to := max(s[0], start), min(s[1], end); from < to {
					most = max(most, utf8.RuneCountInString(text[from:to]))
				}
			}
			if most == 0 || utf8.RuneCountInString(strings.TrimLeft(line, " "))-most > beside {
				long = append(long, i+1)
			}
		}
		start = end + 1
	}
	return long
}

var (
	dollarTag   = regexp.MustCompile(`^\$([A-Za-z_][A-Za-z_0-9]*)?\$`)
	beforeABody = regexp.MustCompile(`(?i)\b(as|do)\s*$`)
	beforeE     = regexp.MustCompile(`(?i)(^|[^\w])e$`)
)

// literals finds the literals of an SQL text: where each begins and ends. What
// stands between $$, or behind as or do between tags, is code.
func literals(text string) [][2]int {
	var spans [][2]int
	var bodies []string
	for i := 0; i < len(text); {
		rest := text[i:]
		tag := dollarTag.FindString(rest)
		switch {
		case strings.HasPrefix(rest, "--"):
			i += len(upTo(rest, "\n"))
		case strings.HasPrefix(rest, "/*"):
			i += len(upTo(rest, "*/"))
		case rest[0] == '"':
			i += 1 + len(upTo(rest[1:], `"`))
		case rest[0] == '\'':
			end := i + quoted(rest, beforeE.MatchString(text[max(0, i-2):i]))
			spans = append(spans, [2]int{i, end})
			i = end
		case tag == "$$":
			i += len(tag)
		case tag != "" && len(bodies) > 0 && bodies[len(bodies)-1] == tag:
			bodies = bodies[:len(bodies)-1]
			i += len(tag)
		case tag != "" && beforeABody.MatchString(text[max(0, i-20):i]):
			bodies = append(bodies, tag)
			i += len(tag)
		case tag != "":
			end := i + len(tag) + len(upTo(rest[len(tag):], tag))
			spans = append(spans, [2]int{i, end})
			i = end
		default:
			i++
		}
	}
	return spans
}

// upTo is the text up to the end of what ends it, or all of it.
func upTo(text, end string) string {
	if at := strings.Index(text, end); at >= 0 {
		return text[:at+len(end)]
	}
	return text
}

// quoted is the length of the literal that text begins with.
func quoted(text string, escapes bool) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && escapes:
			i++
		case text[i] == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		case text[i] == '\'':
			return i + 1
		}
	}
	return len(text)
}
