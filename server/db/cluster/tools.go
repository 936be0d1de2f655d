package cluster

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// tools is one installation of PostgreSQL's server programs.
type tools struct {
	bin   string // folder of postgres and initdb
	major int
}

// oldest is the oldest PostgreSQL that Howdah runs on.
const oldest = 15

// What Options.Binaries may be, beside a folder.
const (
	auto     = "auto"
	embedded = "embedded"
)

// findTools is the installation that made the data if some version did, else
// the newest usable one: the machine's own first, the embedded one where there
// is none.
func findTools(ctx context.Context, o Options, d dirs, made int) (tools, error) {
	from := cmp.Or(o.Binaries, auto)
	fits := func(t tools) bool { return t.major >= oldest && (made == 0 || t.major == made) }
	if from != embedded {
		folders := []string{from}
		if from == auto {
			folders = machineFolders(ctx)
		}
		if t, ok := newest(ctx, folders, fits); ok {
			return t, nil
		}
	}
	if made != 0 && made != embeddedMajor {
		return tools{}, fmt.Errorf("the cluster under %s was made by PostgreSQL %d, which is not there (HOWDAH_POSTGRES=%s): install it, or `howdah reset` to start anew", d.home, made, from)
	}
	if from != auto && from != embedded {
		return tools{}, fmt.Errorf("HOWDAH_POSTGRES: %s holds no PostgreSQL that fits (%d or newer, with initdb)", from, oldest)
	}
	bin, err := ensureEmbedded(ctx, o.Progress, d)
	if err != nil {
		return tools{}, err
	}
	t, err := inspect(ctx, bin)
	if err != nil {
		return tools{}, fmt.Errorf("the embedded PostgreSQL does not run on this machine; install PostgreSQL %d or newer: %w", oldest, err)
	}
	return t, nil
}

// newest is the newest installation that fits.
func newest(ctx context.Context, folders []string, fits func(tools) bool) (tools, bool) {
	var found []tools
	for _, folder := range folders {
		if t, err := inspect(ctx, folder); err == nil && fits(t) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return tools{}, false
	}
	return slices.MaxFunc(found, func(a, b tools) int { return cmp.Compare(a.major, b.major) }), true
}

func machineFolders(ctx context.Context) []string {
	var folders []string
	if path, err := exec.LookPath("postgres"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
		"/usr/local/pgsql/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		found, _ := filepath.Glob(pattern) // the patterns are well formed
		folders = append(folders, found...)
	}
	return folders
}

var versionLine = regexp.MustCompile(`PostgreSQL\) (\d+)`)

// inspect asks the folder's postgres for its version. Links are followed: what
// belongs to it lies beside the real one.
func inspect(ctx context.Context, folder string) (tools, error) {
	program, err := filepath.EvalSymlinks(filepath.Join(folder, "postgres"))
	if err != nil {
		return tools{}, err
	}
	bin := filepath.Dir(program)
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return tools{}, err
	}
	out, err := exec.CommandContext(ctx, program, "--version").CombinedOutput() //nolint:gosec // the machine's own PostgreSQL
	if err != nil {
		return tools{}, fmt.Errorf("%s --version: %w\n%s", program, err, out)
	}
	match := versionLine.FindSubmatch(out)
	if match == nil {
		return tools{}, fmt.Errorf("%s --version answered %q", program, out)
	}
	major, err := strconv.Atoi(string(match[1]))
	return tools{bin: bin, major: major}, err
}

// preloads are the libraries worth preloading that this installation has.
func (t tools) preloads() []string {
	var out []string
	for _, library := range []string{"pg_cron", "plpgsql_check"} {
		for _, folder := range []string{"lib", "lib64", "lib/postgresql", "lib64/pgsql"} {
			if found, _ := filepath.Glob(filepath.Join(t.bin, "..", folder, library+".*")); len(found) > 0 {
				out = append(out, library)
				break
			}
		}
	}
	return out
}

// platform is npm's name of this machine: linux-x64.
func platform() string {
	arch := map[string]string{"amd64": "x64", "386": "ia32"}[runtime.GOARCH]
	return runtime.GOOS + "-" + cmp.Or(arch, runtime.GOARCH)
}
