package outbound

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"howdah/server/config"
)

func settings(allow ...string) config.Outbound {
	return config.Outbound{
		Allow: allow, ResponseLimit: 1 << 20, MaxRedirects: 3, HostConcurrency: 4, BreakerFailures: 100, BreakerPause: time.Minute,
		WebhookTimeoutS: 5, WebhookDisableAfter: time.Hour,
	}
}

func get(url string) Request {
	return Request{Method: http.MethodGet, URL: url, Timeout: 10 * time.Second, Redirects: true}
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func wantKind(t *testing.T, err error, kind Kind) Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("got %v, want an error of kind %d", err, kind)
	}
	return *e
}

func TestNothingPrivateIsReached(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	s := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	port := s.Listener.Addr().(*net.TCPAddr).Port
	for _, host := range []string{
		"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1",
		"100.64.0.1", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]",
	} {
		t.Run(host, func(t *testing.T) {
			_, err := NewClient(settings()).Do(t.Context(), get(fmt.Sprintf("http://%s:%d/?token=secret", host, port)))
			if e := wantKind(t, err, Blocked); strings.Contains(e.Message, "secret") || !strings.Contains(e.Message, "OUTBOUND_ALLOW") {
				t.Errorf("the error says %q", e.Message)
			}
		})
	}
	if hits.Load() != 0 {
		t.Errorf("%d requests came through", hits.Load())
	}
	if _, err := NewClient(settings("127.0.0.0/8")).Do(t.Context(), get(s.URL)); err != nil || hits.Load() != 1 {
		t.Errorf("an allowed network is not reached: %v", err)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var seen atomic.Pointer[http.Header]
	target := serve(t, func(_ http.ResponseWriter, r *http.Request) { h := r.Header.Clone(); seen.Store(&h) })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{
			"/metadata": "http://169.254.169.254/latest/meta-data/", "/loop": "/loop", "/file": "file:///etc/passwd", "/away": target.URL, "/here": "/end",
		}
		if r.URL.Path == "/end" {
			fmt.Fprint(w, r.Header.Get("X-Key"))
			return
		}
		http.Redirect(w, r, to[r.URL.Path], http.StatusFound)
	})
	c := NewClient(settings("127.0.0.1/32"))
	for path, kind := range map[string]Kind{"/metadata": Blocked, "/loop": Refused, "/file": Refused} {
		_, err := c.Do(t.Context(), get(s.URL+path))
		wantKind(t, err, kind)
	}
	keyed := get(s.URL + "/here")
	keyed.Header = http.Header{"X-Key": {"k"}}
	if resp, err := c.Do(t.Context(), keyed); err != nil || string(resp.Body) != "k" {
		t.Errorf("a redirect within the host: %v %v", resp, err)
	}
	keyed.URL = s.URL + "/away?token=secret"
	keyed.Header.Set("Accept", "text/plain")
	if _, err := c.Do(t.Context(), keyed); err != nil {
		t.Fatal(err)
	}
	if h := *seen.Load(); h.Get("X-Key") != "" || h.Get("Referer") != "" || h.Get("Accept") != "text/plain" {
		t.Errorf("another host saw %v", h)
	}
	stay := get(s.URL + "/away")
	stay.Redirects = false
	if resp, err := c.Do(t.Context(), stay); err != nil || resp.Status != http.StatusFound {
		t.Errorf("a redirect is followed where none should be: %v %v", resp, err)
	}
}

func TestNameThatResolvesAnew(t *testing.T) {
	t.Parallel()
	var public, private net.Listener
	var port int
	var err error
	for tries := 0; private == nil; tries++ { // one port at two addresses: another test may have it at the second
		if public, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		port = public.Addr().(*net.TCPAddr).Port
		if private, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.2:%d", port)); err != nil {
			_ = public.Close()
			if tries == 20 {
				t.Fatal(err)
			}
		}
	}
	var reached atomic.Int32
	for _, l := range []net.Listener{public, private} {
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if l == private {
				reached.Add(1)
			}
			w.Header().Set("Connection", "close") // so that the name is looked up again
		})}}
		s.Start()
		t.Cleanup(s.Close)
	}
	c := newClient(settings("127.0.0.1/32"), fakeDNS(t, "127.0.0.1", "127.0.0.2"))
	url := fmt.Sprintf("http://rebind.test:%d/", port)
	if _, err := c.Do(t.Context(), get(url)); err != nil {
		t.Fatalf("the first address: %v", err)
	}
	_, err = c.Do(t.Context(), get(url))
	wantKind(t, err, Blocked)
	if reached.Load() != 0 {
		t.Error("the second address was reached")
	}
}

func TestHostThatHangs(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			fmt.Fprint(w, "begun")
			w.(http.Flusher).Flush()
		}
		<-release
	})
	t.Cleanup(func() { close(release) })
	c := NewClient(settings("127.0.0.1/32"))
	for _, path := range []string{"/", "/body"} {
		r := get(s.URL + path)
		r.Timeout = 50 * time.Millisecond
		_, err := c.Do(t.Context(), r)
		wantKind(t, err, TimedOut)
	}
}

func TestHostThatBreaksOff(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		if r.URL.Path == "/half" {
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
		} else {
			_ = conn.(*net.TCPConn).SetLinger(0) // a reset
		}
		_ = conn.Close()
	})
	c := NewClient(settings("127.0.0.1/32"))
	for _, path := range []string{"/reset", "/half"} {
		_, err := c.Do(t.Context(), get(s.URL+path))
		wantKind(t, err, Failed)
	}
	closed := serve(t, nil)
	closed.Close()
	_, err := c.Do(t.Context(), get(closed.URL))
	wantKind(t, err, Failed)
}

func TestLargeResponses(t *testing.T) {
	t.Parallel()
	const large = 10 << 20
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := bytes.Repeat([]byte("0123456789abcdef"), large/16)
		if r.URL.Path == "/bomb" {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(body)
			_ = z.Close()
			return
		}
		_, _ = w.Write(body)
	})
	c := NewClient(settings("127.0.0.1/32"))
	for _, path := range []string{"/", "/bomb"} {
		resp, err := c.Do(t.Context(), get(s.URL+path))
		if err != nil {
			t.Fatal(err)
		}
		if len(resp.Body) != 1<<20 || !resp.Truncated || cap(resp.Body) > 4<<20 {
			t.Errorf("%s: %d bytes are kept (of %d), truncated %v", path, len(resp.Body), cap(resp.Body), resp.Truncated)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-5": 0, "999999999": longestRetryAfter, "Thu, 01 Jan 2026 00:01:00 GMT": time.Minute, "Wed, 31 Dec 2025 00:00:00 GMT": 0, "soon": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	got, err := canonical(map[string]any{"b": 1, "a": map[string]any{"y": "<&>é", "x": []int{1}}, "n": jsonNumber("12345678901234567890.10")})
	if want := `{"a":{"x":[1],"y":"<&>é"},"b":1,"n":12345678901234567890.10}`; err != nil || string(got) != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
}
