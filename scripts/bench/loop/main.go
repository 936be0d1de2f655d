// Command loop measures the developer's day with the binary as users have it:
// from nothing to an answering server, the start after that, from a save to the
// answer it changes, two hundred tests, and what it all weighs. Half a minute,
// on private clusters in a folder of its own that is deleted afterwards.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "loop:", err)
		os.Exit(1)
	}
}

type bench struct {
	howdah string
	dir    string
}

func run(ctx context.Context) (err error) {
	howdah, err := filepath.Abs("bin/howdah")
	if err != nil {
		return err
	}
	size, err := os.Stat(howdah)
	if err != nil {
		return errors.New("there is no bin/howdah: make build")
	}
	home, err := os.MkdirTemp("", "howdah-loop-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	if err := os.Chmod(home, 0o711); err != nil { //nolint:gosec // under root PostgreSQL runs as another user
		return err
	}
	b := &bench{howdah, filepath.Join(home, "app")}
	if out, err := b.command(ctx, home, "init", "app").CombinedOutput(); err != nil {
		return fmt.Errorf("init: %w %s", err, out)
	}
	row := func(what string, aim string, value any) { fmt.Printf("%-44s %12v   %s\n", what, value, aim) }
	cold, err := b.serving(ctx, func(*server) error { return nil })
	if err != nil {
		return err
	}
	row("cold: no cluster to an answering server", "", cold.Round(time.Millisecond))
	var resident string
	warm, err := b.serving(ctx, func(s *server) (err error) {
		resident, err = s.resident()
		return err
	})
	if err != nil {
		return err
	}
	row("warm: a cluster that is stopped, migrated", "aim < 2 s", warm.Round(time.Millisecond))
	row("memory of the server, idle", "", resident)
	row("binary", "", fmt.Sprintf("%.1f MB", float64(size.Size())/1e6))
	for _, kind := range []struct{ name, file, text string }{
		{"save of SQL to the answer that it changes", "functions/live.sql", "create or replace function functions.live(request functions.request) returns functions.response language sql set functions.verify_jwt = off as $$ select functions.reply_text('v%d') $$;"},
		{"save of TypeScript to its answer", "functions/live2.ts", "export const config = { verify_jwt: false }; export default () => new Response('v%d')"},
	} {
		median, err := b.live(ctx, kind.file, kind.text)
		if err != nil {
			return err
		}
		row(kind.name+" (median)", "aim < 300 ms", median.Round(time.Millisecond))
	}
	for n := range 40 {
		text := "begin; select plan(5);\n" + strings.Repeat("select ok(true, 'it holds');\n", 5) + "select * from finish(); rollback;\n"
		if err := os.WriteFile(filepath.Join(b.dir, "pgtap", fmt.Sprintf("many_%d.sql", n)), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if out, err := b.command(ctx, b.dir, "up").CombinedOutput(); err != nil {
		return fmt.Errorf("up: %w %s", err, out)
	}
	for _, when := range []string{"first", "again"} { // the first makes the database that copies are made of
		start := time.Now()
		out, err := b.command(ctx, b.dir, "test").Output()
		if err != nil {
			return fmt.Errorf("test: %w %s", err, out)
		}
		lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
		tests, _, _ := strings.Cut(string(lines[len(lines)-1]), ",")
		row("howdah test, "+when+": "+tests, "aim < 10 s", time.Since(start).Round(time.Millisecond))
	}
	if out, err := b.command(ctx, b.dir, "reset", "--yes").CombinedOutput(); err != nil {
		return fmt.Errorf("reset: %w %s", err, out)
	}
	return nil
}

// command runs the binary with the settings of its folder alone.
func (b *bench) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.howdah, args...) //nolint:gosec // bin/howdah of this folder
	cmd.Dir = dir
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "HOWDAH_") && !strings.HasPrefix(setting, "DATABASE_URL=") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	cmd.Env = append(cmd.Env, "PORT=0", "LOG_LEVEL=error")
	return cmd
}

type server struct {
	cmd *exec.Cmd
	url string
}

// serving starts `howdah dev`, waits until it is ready, works and stops it. It
// answers how long readiness took.
func (b *bench) serving(ctx context.Context, work func(*server) error) (took time.Duration, err error) {
	start := time.Now()
	s := &server{cmd: b.command(ctx, b.dir, "dev")}
	if err := s.cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		err = errors.Join(err, s.cmd.Process.Signal(syscall.SIGTERM), s.cmd.Wait())
	}()
	err = until(ctx, func() bool {
		text, err := os.ReadFile(filepath.Join(b.dir, ".howdah", "server.json"))
		if err != nil || json.Unmarshal(text, &struct {
			URL *string `json:"url"`
		}{&s.url}) != nil {
			return false
		}
		_, status := get(ctx, s.url+"/readyz")
		return status == http.StatusOK
	})
	took = time.Since(start)
	if err != nil {
		return 0, err
	}
	return took, work(s)
}

// live is the median time from a save to the first answer that shows it.
func (b *bench) live(ctx context.Context, file, text string) (time.Duration, error) {
	const saves = 7
	var times []time.Duration
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	_, err := b.serving(ctx, func(s *server) error {
		for n := range saves {
			want := fmt.Sprintf("v%d", n)
			start := time.Now()
			if err := os.WriteFile(filepath.Join(b.dir, file), fmt.Appendf(nil, text, n), 0o600); err != nil {
				return err
			}
			err := until(ctx, func() bool {
				got, _ := get(ctx, s.url+"/functions/v1/"+name)
				return got == want
			})
			if err != nil {
				return err
			}
			times = append(times, time.Since(start))
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	slices.Sort(times)
	return times[saves/2], nil
}

// resident is what the process holds in memory, as Linux tells it.
func (s *server) resident() (string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return "unknown", nil // only Linux tells
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			var kib float64
			if _, err := fmt.Sscan(value, &kib); err != nil {
				return "", err
			}
			return fmt.Sprintf("%.0f MB", kib*1024/1e6), nil
		}
	}
	return "unknown", nil
}

func get(ctx context.Context, url string) (string, int) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", 0
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return string(text), res.StatusCode
}

func until(ctx context.Context, is func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for !is() {
		select {
		case <-ctx.Done():
			return errors.New("it does not come up within a minute")
		case <-time.After(2 * time.Millisecond):
		}
	}
	return nil
}
