package realtime

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howdah/server/config"
)

// Two nodes on one database are one, over each bus.
func TestNodesAreOne(t *testing.T) {
	t.Parallel()
	for name, bus := range map[string]func(*testing.T) func(*config.Realtime){"postgres": postgresBusFor, "nats": natsBusFor} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := bus(t)
			b := newBench(t)
			b.exec(notesSQL)
			fast := func(c *config.Realtime) {
				change(c)
				c.NodeTimeout = 3 * time.Second // no node of a slow machine is silent so long
			}
			one, two := b.node(fast, nil), b.node(fast, nil)
			deadline := time.Now().Add(patience)
			for one.peers() == 0 || two.peers() == 0 {
				if time.Now().After(deadline) {
					t.Fatal("the nodes do not hear each other")
				}
				runtime.Gosched()
			}
			oneMind(t, b, one, two)
			third := b.node(fast, nil)
			late := third.dial(b.anon())
			late.mustJoin("realtime:p", m{"presence": m{"enabled": true}})
			late.await("who was there before it", func(f frame) bool { return mentions(f, "ada") })
			watcher := one.dial(b.anon())
			watcher.mustJoin("realtime:p", m{"presence": m{"enabled": true}})
			watcher.event("presence_state")
			two.kill()
			watcher.await("the leave of a killed node's", func(f frame) bool { return f.event == "presence_diff" && left(f, "bob") })
			third.stop()
		})
	}
}

func oneMind(t *testing.T, b *bench, one, two *node) {
	t.Helper()
	a, z := one.dial(b.anon()), two.dial(b.anon())
	a.mustJoin("realtime:p", m{"presence": m{"key": "ada", "enabled": true}, "broadcast": m{"self": true}})
	z.mustJoin("realtime:p", m{"presence": m{"key": "bob", "enabled": true}})
	hostile := one.dial(b.anon()) // none of it may hold up what the nodes tell each other
	hostile.mustJoin("realtime:h\x00", m{"presence": m{"key": "\x00", "enabled": true}})
	for _, odd := range []string{`"\u0000"`, `"\ud800"`, `1e999999`} {
		hostile.send("realtime:h\x00", "presence", m{"event": "track", "payload": m{"odd": json.RawMessage(odd)}})
		hostile.send("realtime:h\x00", "broadcast", m{"type": "broadcast", "event": "\x00", "payload": m{}, "odd": json.RawMessage(odd)})
	}
	for i := range 50 {
		a.send("realtime:p", "broadcast", shout(fmt.Sprint(i), m{}))
	}
	for i := range 50 { // in order, once
		f := z.event("broadcast")
		if f.payload["event"] != fmt.Sprint(i) {
			t.Fatalf("got %v, want %d", f.payload["event"], i)
		}
	}
	a.send("realtime:p", "presence", m{"event": "track", "payload": m{"mood": "fine", "phx_ref": "mine"}})
	f := z.await("the join", func(f frame) bool { return f.event == "presence_diff" && mentions(f, "ada") })
	first := f.payload["joins"].(m)["ada"].(m)["metas"].([]any)[0].(m)
	if first["mood"] != "fine" || first["phx_ref"] == "mine" || len(f.payload["leaves"].(m)) != 0 {
		t.Errorf("%s", f.raw)
	}
	z.send("realtime:p", "presence", m{"event": "track", "payload": m{"mood": "busy"}})
	a.await("the join", func(f frame) bool { return f.event == "presence_diff" && mentions(f, "bob") })
	a.send("realtime:p", "presence", m{"event": "track", "payload": m{"mood": "fine"}}) // the same: no diff
	a.send("realtime:p", "presence", m{"event": "TRACK", "payload": m{"mood": "tired"}})
	f = z.await("the update", func(f frame) bool { return f.event == "presence_diff" && left(f, "ada") })
	second := f.payload["joins"].(m)["ada"].(m)["metas"].([]any)[0].(m)
	if second["phx_ref_prev"] != first["phx_ref"] || second["mood"] != "tired" {
		t.Errorf("%s", f.raw)
	}
	s := two.dial(b.service())
	s.mustJoin("realtime:rows", changesOf("notes"))
	b.exec("insert into public.notes (id) values (1)")
	s.event("postgres_changes")
	b.exec("select realtime.send('{}', 'sql', 'p', false)")
	a.await("SQL's on one", isCast("sql"))
	z.await("SQL's on two", isCast("sql"))
}

func (n *node) peers() int {
	n.s.cluster.mu.Lock()
	defer n.s.cluster.mu.Unlock()
	return len(n.s.cluster.nodes)
}

func mentions(f frame, key string) bool {
	if f.event == "presence_state" {
		return f.payload[key] != nil
	}
	joins, _ := f.payload["joins"].(m)
	return joins[key] != nil
}

func left(f frame, key string) bool {
	leaves, _ := f.payload["leaves"].(m)
	return leaves[key] != nil
}

func postgresBusFor(*testing.T) func(*config.Realtime) { return func(*config.Realtime) {} }

func natsBusFor(t *testing.T) func(*config.Realtime) {
	t.Helper()
	path, err := exec.LookPath("nats-server")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/nats-server")
	}
	if err != nil {
		t.Skip("nats-server is not installed: apt-get install nats-server")
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), path, "-a", "127.0.0.1", "-p", "-1", "--ports_file_dir", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	var ports struct{ Nats []string }
	for deadline := time.Now().Add(patience); len(ports.Nats) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nats-server does not say where it listens")
		}
		if text, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s_%d.ports", filepath.Base(path), cmd.Process.Pid))); err == nil {
			_ = json.Unmarshal(text, &ports) // half written: the next look finds it whole
		}
	}
	return func(c *config.Realtime) { c.Bus, c.NATSURL = "nats", config.Secret(ports.Nats[0]) }
}

// Live queries: the state, then diffs, under the channel's claims.
func TestLiveQueries(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(notesSQL)
	// In place of the data API, whose package is another domain's: the list of ids.
	rest := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/rest/v1/notes" || r.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"message":"no such table"}`))
			return
		}
		conn, err := pgx.Connect(r.Context(), b.d.OwnerURL)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		defer conn.Close(r.Context())
		var ids string
		const idsSQL = `select coalesce(json_agg(json_build_object('id', n.id) order by n.id), '[]')::text from public.notes n`
		if err := conn.QueryRow(r.Context(), idsSQL).Scan(&ids); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte(ids))
	})
	n := b.node(nil, rest)
	c := n.dial(b.service())
	c.mustJoin("realtime:bad", m{"query": "/nowhere"}, b.service())
	if f := c.event("live_error"); f.payload["status"] != float64(404) {
		t.Errorf("%s", f.raw)
	}
	c.mustJoin("realtime:live", m{"query": "/notes?select=id&order=id"}, b.service())
	if f := c.event("live_state"); len(f.payload["rows"].([]any)) != 0 || f.payload["version"] != float64(1) {
		t.Errorf("%s", f.raw)
	}
	for _, step := range []struct{ write, ops string }{
		{"insert into public.notes (id) values (1), (3)", "[[+ 0 map[id:1]] [+ 1 map[id:3]]]"},
		{"insert into public.notes (id) values (2)", "[[+ 1 map[id:2]]]"},
		{"update public.notes set id = 4 where id = 3", "[[= 2 map[id:4]]]"},
		{"delete from public.notes where id = 1", "[[- 0]]"},
	} {
		b.exec(step.write)
		if f := c.event("live_diff"); fmt.Sprint(f.payload["ops"]) != step.ops {
			t.Errorf("%s: %s", step.write, f.raw)
		}
	}
}
