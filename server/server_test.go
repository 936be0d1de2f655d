package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db/dbtest"
)

func settings(t *testing.T, more map[string]string) *config.Config {
	t.Helper()
	vars := map[string]string{"HOWDAH_HOME": t.TempDir(), "AUTH_ARGON2_MEMORY_KIB": "7168", "AUTH_ARGON2_TIME": "1", "DB_POOL_MIN_SIZE": "0"}
	for name, value := range more {
		vars[name] = value
	}
	c, err := config.Parse(vars)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newServer(t *testing.T, url string, more map[string]string) *Server {
	t.Helper()
	s, err := New(t.Context(), settings(t, more), url, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.pool.Close)
	return s
}

// got is an answer that was read to its end.
type got struct {
	status int
	header http.Header
	body   string
}

func (s *Server) do(t *testing.T, method, path string, header map[string]string, body string) got {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	for name, value := range header {
		req.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	s.echo.ServeHTTP(rec, req)
	return got{rec.Code, rec.Header(), rec.Body.String()}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	s := newServer(t, d.URL, nil)
	for _, path := range []string{"/livez", "/readyz", "/health"} {
		if res := s.do(t, "GET", path, nil, ""); res.status != http.StatusOK {
			t.Errorf("%s: %d", path, res.status)
		}
	}
	s.health.Drain()
	if res := s.do(t, "GET", "/readyz", nil, ""); res.status != http.StatusServiceUnavailable || res.header.Get("Retry-After") == "" {
		t.Errorf("draining: %d", res.status)
	}
	if res := s.do(t, "GET", "/livez", nil, ""); res.status != http.StatusOK {
		t.Errorf("draining is still alive: %d", res.status)
	}
}

// A database that goes away makes 503 with the reason; when it is back, so is
// the server.
func TestDatabaseGoneAndBack(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	gate := newGate(t, d.URL)
	s := newServer(t, gate.url, map[string]string{"DB_POOL_ACQUIRE_TIMEOUT": "2s"})
	ready := func() (int, string) {
		res := s.do(t, "GET", "/readyz", nil, "")
		return res.status, res.body
	}
	if status, body := ready(); status != http.StatusOK {
		t.Fatalf("before: %d %s", status, body)
	}
	gate.shut()
	if status, body := ready(); status != http.StatusServiceUnavailable || !strings.Contains(body, "database_unavailable") {
		t.Errorf("gone: %d %s", status, body)
	}
	if res := s.do(t, "POST", "/auth/v1/token", nil, `{"email":"ada@example.test","password":"x"}`); res.status != http.StatusServiceUnavailable {
		t.Errorf("sign-in without a database: %d", res.status)
	}
	gate.open()
	if status, body := ready(); status != http.StatusOK {
		t.Errorf("back: %d %s", status, body)
	}
}

func TestHeadersAndRequestID(t *testing.T) {
	t.Parallel()
	s := newServer(t, dbtest.New(t).URL, map[string]string{"CORS_ALLOW_ORIGINS": "https://app.example.test"})
	res := s.do(t, "GET", "/livez", map[string]string{"X-Request-Id": "given-1", "Origin": "https://app.example.test"}, "")
	for name, want := range map[string]string{
		"X-Request-Id": "given-1", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Access-Control-Allow-Origin": "https://app.example.test",
	} {
		if got := res.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	res = s.do(t, "GET", "/livez", map[string]string{"X-Request-Id": "evil\nline", "Origin": "https://evil.example.test"}, "")
	if got := res.header.Get("X-Request-Id"); got == "" || strings.Contains(got, "evil") {
		t.Errorf("request id %q", got)
	}
	if got := res.header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("CORS is closed to strangers, got %q", got)
	}
	res = s.do(t, "OPTIONS", "/auth/v1/signup", map[string]string{
		"Origin": "https://app.example.test", "Access-Control-Request-Method": "POST",
		"Access-Control-Request-Headers": "apikey,authorization,content-type,x-client-info,x-supabase-api-version",
	}, "")
	if res.status != http.StatusNoContent || !strings.Contains(res.header.Get("Access-Control-Allow-Headers"), "x-supabase-api-version") {
		t.Errorf("preflight: %d %q", res.status, res.header.Get("Access-Control-Allow-Headers"))
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	s := newServer(t, dbtest.New(t).URL, map[string]string{"BODY_LIMIT_BYTES": "100"})
	res := s.do(t, "POST", "/auth/v1/signup", nil, strings.Repeat("x", 101))
	if res.status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", res.status)
	}
}

func TestUnknownPathsAreProblems(t *testing.T) {
	t.Parallel()
	s := newServer(t, dbtest.New(t).URL, nil)
	res := s.do(t, "GET", "/nothing/here", nil, "")
	var p struct {
		Status int
		Code   string
	}
	if err := json.Unmarshal([]byte(res.body), &p); err != nil {
		t.Fatal(err)
	}
	if res.header.Get("Content-Type") != "application/problem+json" || p.Status != http.StatusNotFound || p.Code != "not_found" {
		t.Errorf("%s %+v", res.header.Get("Content-Type"), p)
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		proxies []string
		peer    string
		xff     string
		want    string
	}{
		{"nobody is trusted", nil, "192.0.2.1:1", "203.0.113.9", "192.0.2.1"},
		{"a proxy is believed", []string{"192.0.2.0/24"}, "192.0.2.1:1", "203.0.113.9", "203.0.113.9"},
		{"what the client forged before it is not", []string{"192.0.2.0/24"}, "192.0.2.1:1", "10.0.0.1, 203.0.113.9", "203.0.113.9"},
		{"a stranger is not", []string{"192.0.2.0/24"}, "198.51.100.7:1", "203.0.113.9", "198.51.100.7"},
		{"nor is loopback unless named", []string{"192.0.2.0/24"}, "127.0.0.1:1", "203.0.113.9", "127.0.0.1"},
	} {
		req := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		req.RemoteAddr = tc.peer
		req.Header.Set("X-Forwarded-For", tc.xff)
		e := echo.New()
		e.IPExtractor = clientIP(tc.proxies)
		if got := e.NewContext(req, httptest.NewRecorder()).RealIP(); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestPanicsAndSlowHandlers(t *testing.T) {
	t.Parallel()
	s := newServer(t, dbtest.New(t).URL, map[string]string{"REQUEST_TIMEOUT": "20ms"})
	s.echo.GET("/panic", func(echo.Context) error { panic("secret detail") })
	s.echo.GET("/slow", func(c echo.Context) error {
		<-c.Request().Context().Done()
		return c.Request().Context().Err()
	})
	res := s.do(t, "GET", "/panic", nil, "")
	if res.status != http.StatusInternalServerError || strings.Contains(res.body, "secret detail") {
		t.Errorf("panic: %d %s", res.status, res.body)
	}
	if res := s.do(t, "GET", "/slow", nil, ""); res.status != http.StatusGatewayTimeout {
		t.Errorf("slow: %d", res.status)
	}
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	s := newServer(t, dbtest.New(t).URL, nil)
	entered, finish := make(chan struct{}), make(chan struct{})
	s.echo.GET("/busy", func(c echo.Context) error {
		close(entered)
		<-finish
		return errors.Join(c.Request().Context().Err(), c.String(http.StatusOK, "done"))
	})
	l, err := Listen(t.Context(), "127.0.0.1", 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l, time.Minute) }()
	type reply struct {
		text string
		err  error
	}
	replies := make(chan reply, 1)
	go func() {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/busy", nil)
		if err != nil {
			replies <- reply{err: err}
			return
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			replies <- reply{err: err}
			return
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		replies <- reply{string(text), err}
	}()
	<-entered
	stop()
	for { // until no new connection is taken
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	if !s.health.Draining() {
		t.Error("readiness goes off before the port closes")
	}
	close(finish)
	if got := <-replies; got.err != nil || got.text != "done" {
		t.Errorf("the request under way: %q %v", got.text, got.err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestLogsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := NewLogger(&out, config.Server{LogLevel: "info", LogFormat: "json"})
	log.Info("x", "password", "hunter2", "refresh_token", "hunter2", "authorization", "hunter2", slog.Group("g", "apikey", "hunter2"), "code", "fine")
	if text := out.String(); strings.Contains(text, "hunter2") || !strings.Contains(text, "fine") {
		t.Error(text)
	}
}

// gate is a TCP relay to a database that can be shut.
type gate struct {
	t      *testing.T
	url    string
	target string
	addr   string
	l      net.Listener
	conns  chan net.Conn
}

func newGate(t *testing.T, url string) *gate {
	t.Helper()
	host := url[strings.Index(url, "@")+1:]
	host = host[:strings.IndexAny(host, "/")]
	g := &gate{t: t, target: host, addr: "127.0.0.1:0", conns: make(chan net.Conn, 64)}
	g.open()
	g.addr = g.l.Addr().String()
	g.url = strings.Replace(url, host, g.addr, 1)
	t.Cleanup(g.shut)
	return g
}

func (g *gate) open() {
	l, err := new(net.ListenConfig).Listen(g.t.Context(), "tcp", g.addr)
	if err != nil {
		g.t.Fatal(err)
	}
	g.l = l
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := new(net.Dialer).DialContext(context.WithoutCancel(g.t.Context()), "tcp", g.target)
			if err != nil {
				_ = in.Close()
				continue
			}
			g.conns <- in
			g.conns <- out
			go func() { _, _ = io.Copy(in, out) }()
			go func() { _, _ = io.Copy(out, in) }()
		}
	}()
}

func (g *gate) shut() {
	_ = g.l.Close()
	for len(g.conns) > 0 {
		_ = (<-g.conns).Close()
	}
}
