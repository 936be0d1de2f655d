package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// command is one of PostgreSQL's programs, run as the cluster's user in a
// session of its own, so that a terminal's Ctrl-C does not reach it. It gets
// none of this process's settings: they may hold secrets.
func (d *dirs) command(bin, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(bin, name), args...) //nolint:gosec,noctx // the machine's own PostgreSQL; it may outlive the caller's context
	cmd.Dir = d.base
	cmd.Env = []string{"HOME=" + d.base, "LC_ALL=C"}
	for _, name := range []string{"PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if value, ok := os.LookupEnv(name); ok { //nolint:forbidigo // handed on, not read
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if d.user != nil {
		cmd.SysProcAttr.Credential = d.user.credential()
	}
	return cmd
}

// process is a server that this process started.
type process struct {
	pid   int
	ended chan struct{}
	from  int64 // where its words begin in the log
}

// launch starts postgres. It belongs to nobody: it goes on when Howdah dies.
func (d *dirs) launch(bin string) (*process, error) {
	if info, err := os.Stat(d.log); err == nil && info.Size() > 16<<20 {
		if err := os.Rename(d.log, d.log+".old"); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(d.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if err := d.give(d.log); err != nil {
		return nil, err
	}
	p := &process{ended: make(chan struct{})}
	if p.from, err = log.Seek(0, io.SeekEnd); err != nil {
		return nil, err
	}
	cmd := d.command(bin, "postgres", "-D", d.data)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	p.pid = cmd.Process.Pid
	go func() { // ends with the server: it reaps it
		defer close(p.ended)
		_ = cmd.Wait()
	}()
	return p, nil
}

// end stops a server that may not have come far enough to be found by its
// postmaster.pid.
func (p *process) end() error {
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGKILL, 10 * time.Second}} {
		if err := syscall.Kill(p.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop PostgreSQL (pid %d): %w", p.pid, err)
		}
		select {
		case <-p.ended:
			return nil
		case <-time.After(step.wait):
		}
	}
	return fmt.Errorf("PostgreSQL (pid %d) does not end", p.pid)
}

// words is what the server said since it was launched, the last of it.
func (d *dirs) words(p *process) string {
	f, err := os.Open(d.log)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	text, _ := io.ReadAll(io.NewSectionReader(f, p.from, 1<<20))
	return strings.TrimSpace(string(text[max(0, len(text)-2000):]))
}

// postmaster is what postmaster.pid says.
type postmaster struct{ pid, port int }

// postmaster is the server of this very data that lives now, if one does. A
// postmaster.pid may be stale, and its number another program's by now.
func (d *dirs) postmaster(ctx context.Context) (p postmaster, alive bool) {
	text, err := os.ReadFile(filepath.Join(d.data, "postmaster.pid"))
	if err != nil {
		return p, false
	}
	lines := strings.Split(string(text), "\n") // pid, data, start, port, …
	p.pid, _ = strconv.Atoi(strings.TrimSpace(lines[0]))
	if len(lines) > 3 {
		p.port, _ = strconv.Atoi(strings.TrimSpace(lines[3]))
	}
	return p, p.pid > 0 && d.serves(ctx, p.pid)
}

// serves says whether pid is a postgres whose working folder is the data: it
// stays so when the home is moved.
func (d *dirs) serves(ctx context.Context, pid int) bool {
	if runtime.GOOS == "linux" {
		proc := "/proc/" + strconv.Itoa(pid)
		name, err := os.ReadFile(proc + "/comm")
		return err == nil && strings.HasPrefix(string(name), "postgres") && sameFile(proc+"/cwd", d.data)
	}
	out, err := exec.CommandContext(ctx, "ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output() //nolint:gosec // pid is a number
	return err == nil && strings.Contains(string(out), "postgres") && strings.Contains(string(out), d.data)
}

func sameFile(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

// isLiving says whether any process has the number.
func isLiving(pid int) bool { return syscall.Kill(pid, 0) != syscall.ESRCH }
