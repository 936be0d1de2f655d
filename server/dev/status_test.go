package dev

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestScreen(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &Screen{out: &out, width: func() int { return 60 }, tests: map[string]*tally{}}
	s.Where("127.0.0.1 · watching app")
	s.note("a.sql", &tally{ok: 3}, true)
	s.note("b.sql", &tally{ok: 1, failures: []string{"not ok 2"}}, false)
	fmt.Fprint(s, "✗ sql/b.sql:1: 42601: syntax error\n    selec 1\n    ^\n")
	last := out.String()[strings.LastIndex(out.String(), wipe):]
	for _, want := range []string{red + bold + "✗", red + bold + "    ^" + reset + "\n", "watching app · applied "} {
		if !strings.Contains(last, want) {
			t.Errorf("no %q in %q", want, last)
		}
	}
	if line := last[strings.LastIndex(last, "\n")+1:]; len([]rune(strings.NewReplacer(red, "", reset, "").Replace(line))) > 59 {
		t.Errorf("the status is wider than the terminal: %q", line)
	}
	s.note("b.sql", &tally{ok: 2}, true)
	if text := out.String()[strings.LastIndex(out.String(), wipe):]; !strings.Contains(text, dim) || !strings.HasSuffix(text, " · 5 tests ok"+reset) {
		t.Errorf("after it is mended: %q", text)
	}
	s.Leave()
	if !strings.HasSuffix(out.String(), wipe) {
		t.Errorf("the status stays: %q", out.String())
	}

	var plain bytes.Buffer
	p := &Screen{out: &plain, plain: true, tests: map[string]*tally{}}
	p.Where("somewhere")
	fmt.Fprintln(p, "✓ done")
	p.note("a.sql", &tally{ok: 1}, true)
	if plain.String() != "✓ done\n" {
		t.Errorf("plain: %q", plain.String())
	}
}
