package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"
)

// talk is a socket on one of the processes.
type talk struct {
	t    *testing.T
	conn *websocket.Conn
}

func (p *process) talk(key, config string) *talk {
	p.t.Helper()
	conn, res, err := websocket.DefaultDialer.Dial(strings.Replace(p.url, "http", "ws", 1)+"/realtime/v1/websocket?vsn=2.0.0&apikey="+key, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = res.Body.Close()
	p.t.Cleanup(func() { _ = conn.Close() })
	s := &talk{p.t, conn}
	s.say("phx_join", `{"config":`+config+`}`)
	s.hear(`"phx_reply",{"status":"ok"`)
	return s
}

func (s *talk) say(event, payload string) {
	s.t.Helper()
	if err := s.conn.WriteMessage(websocket.TextMessage, []byte(`["1","1","realtime:all","`+event+`",`+payload+`]`)); err != nil {
		s.t.Fatal(err)
	}
}

// hear reads until a frame holds all the parts.
func (s *talk) hear(parts ...string) string {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	for {
		_, frame, err := s.conn.ReadMessage()
		if err != nil {
			s.t.Fatalf("waited for %v: %v", parts, err)
		}
		missing := 0
		for _, part := range parts {
			if !strings.Contains(string(frame), part) {
				missing++
			}
		}
		if missing == 0 {
			return string(frame)
		}
	}
}

func (p *process) output(args ...string) string {
	p.t.Helper()
	out, err := p.command(p.t.Context(), args...).Output()
	if err != nil {
		p.t.Fatalf("%v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

func (p *process) key(name string) string {
	p.t.Helper()
	for _, line := range strings.Split(p.output("keys", "--env"), "\n") {
		if value, ok := strings.CutPrefix(line, "export "+name+"="); ok {
			return strings.Trim(value, "'")
		}
	}
	p.t.Fatalf("no %s", name)
	return ""
}

// Two processes on one database are one for sockets; when one is killed, its
// presences leave on the other. When PostgreSQL is killed and comes back,
// sockets stay, and every committed row arrives once.
func TestTwoProcessesAndAKilledDatabase(t *testing.T) {
	t.Setenv("REALTIME_NODE_TIMEOUT", "1s")
	home, binary := openTo(t), build(t)
	one, two := &process{t: t, binary: binary, home: home}, &process{t: t, binary: binary, home: home}
	one.start()
	defer func() {
		_ = one.cmd.Process.Signal(syscall.SIGTERM)
		_ = one.cmd.Wait()
		_ = one.command(t.Context(), "stop").Run()
	}()
	two.start()
	key := one.key("SERVICE_KEY")
	const changes = `"postgres_changes":[{"event":"INSERT","schema":"public","table":"todos"}]`
	a := one.talk(key, `{"presence":{"enabled":true,"key":"ada"},`+changes+`}`)
	b := two.talk(key, `{"presence":{"enabled":true,"key":"bob"}}`)
	b.say("presence", `{"event":"track","payload":{}}`)
	a.hear(`presence_diff`, `"joins":{"bob"`)
	b.say("broadcast", `{"type":"broadcast","event":"across","payload":{}}`)
	a.hear("across")
	if err := two.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = two.cmd.Wait()
	a.hear(`presence_diff`, `"leaves":{"bob"`)

	url := one.output("info", "--owner-url")
	var user string
	insert := func(n int) error {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return err
		}
		defer conn.Close(t.Context())
		if user == "" {
			if err := conn.QueryRow(t.Context(), `insert into auth.users (email) values ('x@example.test') returning id::text`).Scan(&user); err != nil {
				return err
			}
		}
		_, err = conn.Exec(t.Context(), `insert into public.todos (user_id, task) values ($1, $2)`, user, fmt.Sprintf("row-%d.", n))
		return err
	}
	for n := range 3 {
		if err := insert(n); err != nil {
			t.Fatal(err)
		}
	}
	one.killDatabase()
	if out, err := one.command(t.Context(), "up").CombinedOutput(); err != nil {
		t.Fatalf("up: %v\n%s", err, out)
	}
	url = one.output("info", "--owner-url")
	for n := 3; n < 6; n++ {
		if err := insert(n); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 6 { // each once, in order
		frame := a.hear(`"postgres_changes"`)
		if !strings.Contains(frame, fmt.Sprintf("row-%d.", n)) {
			t.Fatalf("want row %d, got %s", n, frame)
		}
	}
}

// killDatabase ends PostgreSQL as a power cut would.
func (p *process) killDatabase() {
	p.t.Helper()
	data := filepath.Join(p.home, "postgres", "data")
	if at, err := os.ReadFile(filepath.Join(p.home, "postgres.at")); err == nil {
		data = filepath.Join(strings.TrimSpace(string(at)), "data")
	}
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		p.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		p.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		p.t.Fatal(err)
	}
}
