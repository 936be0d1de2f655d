package functions_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func (s *stage) write(files map[string]string) {
	s.t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(s.scripts, name), []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	if _, failed := s.service.Reload(s.t.Context()); len(failed) > 0 {
		s.t.Fatal(failed)
	}
}

// What a statement sets for its session stays in no connection of the pool.
func TestStatementsLeaveConnectionsAsTheyWere(t *testing.T) {
	t.Parallel()
	s := setup(t, "create table public.secrets (id int primary key)")
	s.write(map[string]string{
		"sets.ts": `export default async (r) => {
  const text = await r.text()
  const first = await db.query(text).then(() => 'done', (e) => e.code)
  const all = await Promise.all(Array.from({ length: 12 }, () => db.one("select current_user::text as role, current_setting('statement_timeout') as timeout")))
  return Response.json([first, ...new Set(all.map((row) => row.role + ' ' + row.timeout))])
}`,
	})
	for _, sql := range []string{
		`set role service_role`, `select set_config('role', 'service_role', false)`, `set session authorization default`, `select pg_advisory_lock(1)`,
		`set statement_timeout = 0`, `set search_path = pg_temp`, `listen howdah_ddl`, `begin`, `commit`, `rollback`, `select 1; select 2`, `discard all`, `select * from secrets`,
	} {
		if res, text := s.call("POST", "sets", s.anon, "text/plain", sql); res.StatusCode != http.StatusOK || !strings.HasSuffix(text, `,"anon 30s"]`) {
			t.Errorf("%s: %d %s", sql, res.StatusCode, text)
		}
	}
	conns := s.pool.AcquireAllIdle(t.Context())
	if len(conns) == 0 {
		t.Error("no connection is left")
	}
	for _, conn := range conns {
		var role, timeout, path string
		var locks, channels int
		const stateSQL = `select current_user::text, current_setting('statement_timeout'), current_setting('search_path'),
			(select count(*) from pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'advisory'), (select count(*) from pg_listening_channels())`
		err := conn.QueryRow(t.Context(), stateSQL).Scan(&role, &timeout, &path, &locks, &channels)
		if err != nil || role != "authenticator" || timeout != "30s" || strings.Contains(path, "pg_temp") || locks != 0 || channels != 0 {
			t.Errorf("%s %s %s, %d locks, %d channels, %v", role, timeout, path, locks, channels, err)
		}
		conn.Release()
	}
}

func TestAnswersCannotForgeHeaders(t *testing.T) {
	t.Parallel()
	s := setup(t, "")
	s.write(map[string]string{
		"splits.ts":  `export default () => new Response('x', { headers: { 'x-a': 'b\r\nSet-Cookie: stolen=1' } })`,
		"hops.ts":    `export default () => new Response('x', { headers: { connection: 'close', 'transfer-encoding': 'chunked', 'x-relay-error': 'true', 'content-length': '99' } })`,
		"many.ts":    `export default () => new Response('x'.repeat(8 << 20))`,
		"switch.ts":  `export default () => Object.assign(new Response(''), { status: 101 })`,
		"cookies.ts": `export default () => new Response('x', { headers: [['set-cookie', 'a=1; HttpOnly'], ['set-cookie', 'b=2']] })`,
	})
	for name, want := range map[string]struct {
		status, size int
		cookies      int
	}{"splits": {500, -1, 0}, "hops": {200, 1, 0}, "many": {200, 8 << 20, 0}, "switch": {500, -1, 0}, "cookies": {200, 1, 2}} {
		res, text := s.call("POST", name, s.anon, "", "")
		if res.StatusCode != want.status || want.size >= 0 && len(text) != want.size || len(res.Header.Values("Set-Cookie")) != want.cookies || res.Header.Get("X-Relay-Error") != "" {
			t.Errorf("%s: %d, %d bytes, %v", name, res.StatusCode, len(text), res.Header)
		}
	}
}

// upstreamed registers a program elsewhere as the function far.
func upstreamed(t *testing.T, serve http.HandlerFunc) *stage {
	t.Helper()
	s := setup(t, "")
	elsewhere := httptest.NewServer(serve)
	t.Cleanup(elsewhere.Close)
	if _, err := s.owner.Exec(t.Context(), `select functions.register_upstream('far', $1, _timeout => '5 seconds', _verify_jwt => false)`, elsewhere.URL); err != nil {
		t.Fatal(err)
	}
	s.service.Changed()
	wait(t, func() bool {
		res, _ := s.call("GET", "far/there", s.anon, "", "")
		return res.StatusCode != http.StatusNotFound
	})
	return s
}

func TestCallersCannotForgeWhoTheyAre(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 16)
	s := upstreamed(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Clone()
		for name, value := range map[string]string{"Connection": "X-Mine", "X-Mine": "1", "Keep-Alive": "timeout=5", "X-Relay-Error": "true", "X-Kept": "1"} {
			w.Header().Set(name, value)
		}
	})
	for len(seen) > 0 {
		<-seen
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"far/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"X-Howdah-Identity": "forged", "X-Howdah-Function": "other", "X-Howdah-Role": "service_role", "X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6",
		"Connection": "X-Howdah-Identity, X-Hop", "X-Hop": "1", "Proxy-Authorization": "Basic eA==", "Te": "gzip", "X-Kept": "1",
	} {
		req.Header.Set(name, value)
	}
	req.Header["X_Howdah_Identity"] = []string{"forged"}
	req.Header["x_howdah-role"] = []string{"forged"}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	got := <-seen
	for name, values := range got {
		if text := strings.Join(values, ","); strings.Contains(text, "forged") || strings.Contains(text, "6.6.6.6") {
			t.Errorf("%s: %s goes through", name, text)
		}
	}
	for _, name := range []string{"X-Hop", "Proxy-Authorization", "X-Howdah-Role", "Forwarded"} {
		if got.Get(name) != "" {
			t.Errorf("%s goes through", name)
		}
	}
	if got.Get("X-Howdah-Function") != "far" || got.Get("X-Howdah-Identity") == "" || got.Get("X-Kept") != "1" {
		t.Errorf("headers: %v", got)
	}
	if res.Header.Get("X-Mine") != "" || res.Header.Get("Keep-Alive") != "" || res.Header.Get("X-Relay-Error") != "" || res.Header.Get("X-Kept") != "1" {
		t.Errorf("answered: %v", res.Header)
	}
}

// A function answers line by line while it still reads what it is sent.
func TestUpstreamsStreamBothWays(t *testing.T) {
	t.Parallel()
	s := upstreamed(t, func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		for lines := bufio.NewScanner(r.Body); lines.Scan(); {
			_, _ = io.WriteString(w, "got "+lines.Text()+"\n")
			_ = control.Flush()
		}
	})
	in, out := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"far/x", in)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(out, "1\n") }()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answers := bufio.NewReader(res.Body)
	for n := range 3 { // each line is sent when the one before has come back
		if line, err := answers.ReadString('\n'); err != nil || line != "got "+strconv.Itoa(n+1)+"\n" {
			t.Fatalf("%q, %v", line, err)
		}
		if _, err := io.WriteString(out, strconv.Itoa(n+2)+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// An upstream that breaks off, or sends what is no HTTP, is the platform's error.
func TestUpstreamsThatBreak(t *testing.T) {
	t.Parallel()
	s := upstreamed(t, func(w http.ResponseWriter, r *http.Request) {
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		if r.URL.Path == "/half" {
			_, _ = buffered.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		} else {
			_, _ = buffered.WriteString("SSH-2.0-nonsense\r\n")
		}
		_ = buffered.Flush()
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	})
	if res, _ := s.call("GET", "far/nonsense", s.anon, "", ""); res.StatusCode != http.StatusBadGateway || res.Header.Get("X-Relay-Error") != "true" {
		t.Errorf("nonsense: %d %v", res.StatusCode, res.Header)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"far/half", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("a half answer looks whole: %q", text)
	}
}
