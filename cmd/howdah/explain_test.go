package main

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"howdah/server/db/dbtest"
)

func TestWhatIsWrongIsOneLineAndWhatMendsIt(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() }) // not before the parallel tests below have ended
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	b := inProject(t, "todos")
	nowhere, err := url.Parse(dbtest.Admin(t))
	if err != nil {
		t.Fatal(err)
	}
	nowhere.Path = "/nowhere"
	for _, tc := range []struct {
		name string
		env  []string
		args []string
		want string
	}{
		{"database down", []string{"DATABASE_URL=postgres://postgres@127.0.0.1:1/x"}, []string{"migrate"}, "no database answers at 127.0.0.1:1"},
		{"no such host", []string{"DATABASE_URL=postgres://postgres@nowhere.invalid/x"}, []string{"migrate"}, "there is no host nowhere.invalid"},
		{"no folder for the home", []string{"HOWDAH_HOME=/dev/null/x"}, []string{"keygen", "init"}, "HOWDAH_HOME and HOWDAH_PROJECT must name folders"},
		{"no such database", []string{"DATABASE_URL=" + nowhere.String()}, []string{"doctor"}, "createdb nowhere"},
		{"port taken", []string{"PORT=" + port}, []string{"serve"}, "set PORT"},
		{"no project", []string{"HOWDAH_PROJECT=demo"}, []string{"migrate", "new", "x"}, "howdah init"},
		{"no such project", []string{"HOWDAH_PROJECT=nowhere"}, []string{"test"}, "nowhere is no folder"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			other := *b
			other.env = append(append([]string{}, b.env...), tc.env...)
			_, stderr, code := other.run(tc.args...)
			if code != 1 || !strings.Contains(stderr, tc.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit %d, %s", code, stderr)
			}
		})
	}
}

func TestAHalfAppliedMigrationSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	b.write("migrations/00099_half.sql", "-- +goose NO TRANSACTION\n-- +goose Up\ncreate table half (id int);\nselect 1/0;\n-- +goose Down\ndrop table half;\n")
	if _, stderr, code := b.run("migrate"); code != 1 || !strings.Contains(stderr, "migrations/00099_half.sql:4: 22012") || !strings.Contains(stderr, "undo that by hand") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}
