package db

import (
	"strings"
	"testing"
)

func TestStatements(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", " -- only a comment\n/* and /* nested */ one */ ;", nil},
		{"two", "select 1; select 2", []string{"select 1", "select 2"}},
		{"quotes", `select ';' , ";", 'it''s;', E'\';'; select 2;`, []string{`select ';' , ";", 'it''s;', E'\';'`, "select 2"}},
		{"dollar quotes", "do $$ a; b $$; do $x$ $$;$$ $x$;", []string{"do $$ a; b $$", "do $x$ $$;$$ $x$"}},
		{
			"begin atomic", "create function f() begin atomic select case when true then 1 end; select 2; end; select 3;",
			[]string{"create function f() begin atomic select case when true then 1 end; select 2; end", "select 3"},
		},
		{"comment within", "select 1 -- ; not here\n + 1;", []string{"select 1 -- ; not here\n + 1"}},
		{"unclosed", "select 'abc;", []string{"select 'abc;"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := statements(tc.text)
			if len(got) != len(tc.want) {
				t.Fatalf("got %v, want %q", got, tc.want)
			}
			for i, s := range got {
				if s.text != tc.want[i] || !strings.HasPrefix(tc.text[s.start:], s.text) {
					t.Errorf("statement %d = %q at %d, want %q", i, s.text, s.start, tc.want[i])
				}
			}
		})
	}
}

func FuzzStatements(f *testing.F) {
	for _, seed := range []string{"", "select 1;", "$$", "$a$ ; $a", "'", `e'\`, "/* /*", "begin atomic case end end;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := -1
		for _, s := range statements(text) {
			if s.start <= last || s.start+len(s.text) > len(text) || s.text == "" {
				t.Fatalf("statement %q at %d of %q", s.text, s.start, text)
			}
			last = s.start
		}
	})
}
