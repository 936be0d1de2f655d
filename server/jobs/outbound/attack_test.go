package outbound

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"code.dny.dev/ssrf"
)

// Every way that is known to write or wrap an address that is not of the public
// internet, and metadata services that are at one that looks public.
func TestTheGuardKnowsAddressesThatAreNotPublic(t *testing.T) {
	t.Parallel()
	// as the dialer asks: of which family the address is, it has found out
	safe := func(g *ssrf.Guardian, address string) error {
		network := "tcp4"
		if strings.Contains(address, ":") {
			network = "tcp6"
		}
		return g.Safe(network, net.JoinHostPort(address, "8443"), nil)
	}
	g := guard(nil)
	for _, address := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2",
		"172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
		"239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1",
		"::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
		"64:ff9b:1::7f00:1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "fc00::1",
		"fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
	} {
		if err := safe(g, address); err == nil {
			t.Errorf("%s is let through", address)
		}
	}
	for _, address := range []string{"1.1.1.1", "93.184.215.14", "2606:4700:4700::1111"} {
		if err := safe(g, address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	open := guard([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")})
	for address, want := range map[string]bool{"10.1.2.3": true, "10.2.0.1": false, "168.63.129.16": false} {
		if err := safe(open, address); (err == nil) != want {
			t.Errorf("with 10.1.0.0/16 allowed, %s: %v", address, err)
		}
	}
}

// Hosts that some resolvers take for addresses, and names that mean this machine.
func TestHostsInDisguise(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	s := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	port := s.Listener.Addr().(*net.TCPAddr).Port
	c := NewClient(settings())
	for _, host := range []string{
		"2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "localhost.", "LOCALHOST", "localhost.localdomain",
		"user:password@127.0.0.1", "127.0.0.1.", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "%31%32%37.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1",
	} {
		if resp, err := c.Do(t.Context(), get(fmt.Sprintf("http://%s:%d/", host, port))); err == nil {
			t.Errorf("%s answers %d", host, resp.Status)
		}
	}
	if hits.Load() != 0 {
		t.Errorf("%d requests came through", hits.Load())
	}
}

// A proxy of the environment would dial for us, past the guard.
func TestNoProxyOfTheEnvironment(t *testing.T) {
	var hits atomic.Int32
	s := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, s.URL)
	}
	_, err := NewClient(settings("127.0.0.1/32")).Do(t.Context(), get("http://169.254.169.254/latest/meta-data/"))
	wantKind(t, err, Blocked)
	if hits.Load() != 0 {
		t.Error("the proxy was asked")
	}
}

// What was meant for one host is given to no other: neither the body nor a
// password of the URL.
func TestRedirectsCarryNothingToAnotherHost(t *testing.T) {
	t.Parallel()
	var bodies atomic.Int32
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body) > 0 || r.Header.Get("Authorization") != "" {
			bodies.Add(1)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/end", http.StatusTemporaryRedirect)
		case "/end":
			_, _ = io.Copy(w, r.Body)
		case "/seen":
			http.Redirect(w, r, other.URL, http.StatusSeeOther)
		default:
			http.Redirect(w, r, other.URL, http.StatusPermanentRedirect)
		}
	})
	c := NewClient(settings("127.0.0.1/32"))
	post := get(s.URL + "/away")
	post.Method, post.Body = http.MethodPost, []byte("secret")
	_, err := c.Do(t.Context(), post)
	wantKind(t, err, Refused)
	post.URL = s.URL + "/seen" // 303: a GET without the body
	if resp, err := c.Do(t.Context(), post); err != nil || resp.Status != http.StatusNoContent {
		t.Errorf("see other: %v %v", resp, err)
	}
	post.URL = s.URL + "/here"
	if resp, err := c.Do(t.Context(), post); err != nil || string(resp.Body) != "secret" {
		t.Errorf("within the host: %v %v", resp, err)
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User, u.Path = url.UserPassword("ada", "secret"), "/away"
	if _, err := c.Do(t.Context(), get(u.String())); err != nil {
		t.Error(err)
	}
	if bodies.Load() != 0 {
		t.Error("another host got what was not meant for it")
	}
}

// However many redirects lead there, each address is judged.
func TestAChainOfRedirectsEndsAtTheGuard(t *testing.T) {
	t.Parallel()
	var inner *httptest.Server
	var reached atomic.Bool
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	inner = &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) })}}
	inner.Start()
	t.Cleanup(inner.Close)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/1" {
			http.Redirect(w, r, "/2", http.StatusFound)
			return
		}
		http.Redirect(w, r, inner.URL, http.StatusFound)
	})
	_, err = NewClient(settings("127.0.0.1/32")).Do(t.Context(), get(s.URL+"/1"))
	wantKind(t, err, Blocked)
	if reached.Load() {
		t.Error("the private address was reached")
	}
}
