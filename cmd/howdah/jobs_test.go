package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// Every verb of the queue talks to people, and with --json to scripts.
func TestTheQueueTalksToPeopleAndScripts(t *testing.T) {
	t.Parallel()
	b := inProject(t, "todos")
	b.must("migrate")
	id := strings.TrimSpace(b.must("jobs", "enqueue", "http.request", "--in", "1h"))
	var again int64
	if err := json.Unmarshal([]byte(b.must("jobs", "enqueue", "http.request", "--json")), &again); err != nil || again == 0 {
		t.Errorf("enqueue: %v", err)
	}
	for _, tc := range []struct {
		args  []string
		human string
	}{
		{[]string{"jobs", "list", "--state", "scheduled"}, "scheduled  default  http.request"},
		{[]string{"jobs", "show", id}, `"state": "scheduled"`},
		{[]string{"jobs", "stats"}, "default       1 ready, 1 scheduled"},
		{[]string{"jobs", "workers"}, "WORKER  KIND"},
		{[]string{"jobs", "retry", id}, id},
		{[]string{"cron", "list"}, "NAME  CRON"},
		{[]string{"cron", "sync"}, "workers tick"},
	} {
		if out := b.must(tc.args...); !strings.Contains(out, tc.human) {
			t.Errorf("%v: %q", tc.args, out)
		}
		if out := b.must(append(tc.args, "--json")...); !json.Valid([]byte(out)) {
			t.Errorf("%v --json: %q", tc.args, out)
		}
	}
	if out := b.must("jobs", "cancel", id); strings.TrimSpace(out) != id {
		t.Errorf("cancel: %q", out)
	}
	for _, tc := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"jobs", "cancel", id}, 1, "nothing was changed"},
		{[]string{"jobs", "show", "999999"}, 1, "There is no job 999999."},
		{[]string{"jobs", "show", "x"}, 2, "x is no job's id"},
		{[]string{"jobs", "enqueue", "nobody"}, 1, "No handler is registered"},
		{[]string{"jobs", "enqueue", "http.request", "--payload", "{"}, 2, "is no JSON"},
	} {
		if _, stderr, code := b.run(tc.args...); code != tc.code || !strings.Contains(stderr, tc.want) {
			t.Errorf("%v: exit %d, %s", tc.args, code, stderr)
		}
	}
}
