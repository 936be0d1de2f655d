package dev

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// Screen is where `howdah dev` writes. On a terminal it colours marks, and keeps
// a line at the bottom that says what runs, when something was applied last and
// how the tests are; elsewhere it is the plain text alone.
type Screen struct {
	out   io.Writer
	plain bool
	width func() int

	mu      sync.Mutex
	where   string
	applied time.Time
	tests   map[string]*tally // by file, its last run
	drawn   bool
	partial bool // the last write did not end a line
}

// NewScreen is a screen on out; NO_COLOR makes it plain, and so does what is no
// terminal.
func NewScreen(out *os.File) *Screen {
	s := &Screen{out: out, plain: true, tests: map[string]*tally{}}
	if fd := int(out.Fd()); term.IsTerminal(fd) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" { //nolint:forbidigo // conventions of terminals, no settings of ours
		s.plain = false
		s.width = func() int {
			width, _, err := term.GetSize(fd)
			if err != nil || width <= 0 {
				return 80
			}
			return width
		}
	}
	return s
}

// Plain says whether the screen is no terminal.
func (s *Screen) Plain() bool { return s.plain }

const (
	wipe  = "\r\x1b[K"
	dim   = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	bold  = "\x1b[1m"
	reset = "\x1b[0m"
)

// Write passes text on, above the status.
func (s *Screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.plain {
		return s.out.Write(text)
	}
	var b bytes.Buffer
	if s.drawn && !s.partial {
		b.WriteString(wipe)
	}
	b.Write(coloured(text))
	s.partial = len(text) > 0 && text[len(text)-1] != '\n'
	if !s.partial {
		b.WriteString(s.line())
	}
	if _, err := s.out.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(text), nil
}

// coloured gives marks at the beginnings of lines, and carets, their colours.
func coloured(text []byte) []byte {
	lines := strings.SplitAfter(string(text), "\n")
	for i, line := range lines {
		body, end := strings.TrimSuffix(line, "\n"), ""
		if len(body) < len(line) {
			end = "\n"
		}
		switch {
		case strings.HasPrefix(body, "✓"):
			what, more, _ := strings.Cut(strings.TrimPrefix(body, "✓"), " applied")
			if more != "" {
				more = dim + " applied" + more + reset
			}
			lines[i] = green + "✓" + reset + what + more + end
		case strings.HasPrefix(body, "✗"):
			lines[i] = red + bold + "✗" + reset + red + strings.TrimPrefix(body, "✗") + reset + end
		case strings.Trim(body, " ^") == "" && strings.HasSuffix(body, "^"):
			lines[i] = red + bold + body + reset + end
		}
	}
	return []byte(strings.Join(lines, ""))
}

// Where says what runs where; it begins the status.
func (s *Screen) Where(text string) {
	s.update(func() { s.where = text })
}

// note keeps what a save did for the status.
func (s *Screen) note(file string, tests *tally, applied bool) {
	s.update(func() {
		if applied {
			s.applied = time.Now()
		}
		if tests != nil {
			s.tests[file] = tests
		}
	})
}

func (s *Screen) update(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	if s.plain || s.partial {
		return
	}
	text := s.line()
	if s.drawn {
		text = wipe + text
	}
	_, _ = io.WriteString(s.out, text) // a terminal that is gone ends the process soon
}

// line is the status, as wide as the terminal and without an end of line.
func (s *Screen) line() string {
	if s.where == "" {
		return ""
	}
	s.drawn = true
	parts := []string{s.where}
	if !s.applied.IsZero() {
		parts = append(parts, "applied "+s.applied.Format(time.TimeOnly))
	}
	ok, bad := 0, 0
	for _, t := range s.tests {
		ok += t.ok
		if len(t.failures) > 0 {
			bad++
		}
	}
	colour := dim
	if len(s.tests) > 0 {
		parts = append(parts, fmt.Sprintf("%d tests ok", ok))
	}
	if bad > 0 {
		parts, colour = append(parts, fmt.Sprintf("%d files with failures", bad)), red
	}
	text := []rune(strings.Join(parts, " · "))
	return colour + string(text[:min(len(text), max(s.width()-1, 0))]) + reset
}

// Leave takes the status away, for the shell's prompt.
func (s *Screen) Leave() {
	s.update(func() { s.where = "" })
}
