// Package outbound is HTTP that leaves: requests of net.http_* and deliveries of
// webhooks. It reaches no private, loopback, link-local or reserved address
// unless OUTBOUND_ALLOW names it, whatever a name resolves to or a redirect says.
package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"code.dny.dev/ssrf"

	"howdah/server/config"
)

// Client sends requests whose addresses come from users.
type Client struct {
	http  *http.Client
	hosts *hosts
	limit int64
}

// Request is what to send.
type Request struct {
	Method    string
	URL       string
	Header    http.Header
	Body      []byte
	Timeout   time.Duration // of the whole, the body included
	Redirects bool          // follow them, as far as the configuration has it
}

// Response is what came back; Body is its beginning when Truncated.
type Response struct {
	Status    int
	Header    http.Header
	Body      []byte
	Truncated bool
}

// NewClient makes a client.
func NewClient(c config.Outbound) *Client { return newClient(c, nil) }

// newClient looks names up with the resolver; nil is the system's.
func newClient(c config.Outbound, resolver *net.Resolver) *Client {
	// The guard judges the address that is dialled, after the name was looked
	// up: a name that resolves differently the second time gains nothing.
	dialer := &net.Dialer{Timeout: 10 * time.Second, Resolver: resolver, Control: guard(c.AllowedPrefixes()).Safe}
	transport := &http.Transport{
		Proxy:                  nil, // a proxy would dial for us, past the guard
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
	}
	return &Client{
		http:  &http.Client{Transport: transport, CheckRedirect: redirects(c.MaxRedirects)},
		hosts: newHosts(c),
		limit: c.ResponseLimit,
	}
}

func guard(allow []netip.Prefix) *ssrf.Guardian {
	var v4, v6 []netip.Prefix
	for _, p := range allow {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	// NAT64 wraps any IPv4 address, private ones too: not allowed unless asked for.
	return ssrf.New(ssrf.WithAnyPort(), ssrf.WithDeniedV4Prefixes(azureWireServer), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
}

// azureWireServer answers every virtual machine of Azure with what is its own,
// at an address that looks public.
var azureWireServer = netip.MustParsePrefix("168.63.129.16/32")

type noRedirects struct{}

// redirects bounds how many are followed, and keeps the caller's body and
// headers, which may hold secrets, from any host but the first.
func redirects(most int) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		first := via[0]
		switch {
		case req.Context().Value(noRedirects{}) != nil:
			return http.ErrUseLastResponse
		case len(via) > most:
			return &Error{Kind: Refused, Message: fmt.Sprintf("it redirects more than %d times", most)}
		case req.URL.Scheme != "http" && req.URL.Scheme != "https":
			return &Error{Kind: Refused, Message: "it redirects to something that is not HTTP"}
		case first.URL.Scheme == "https" && req.URL.Scheme != "https":
			return &Error{Kind: Refused, Message: "it redirects from https to http"}
		case req.ContentLength > 0 && req.URL.Host != first.URL.Host:
			return &Error{Kind: Refused, Message: "it redirects what was sent to another host"}
		}
		req.Header.Del("Referer") // the query may hold a token
		if req.URL.Host != first.URL.Host {
			for name := range first.Header {
				if name != "Accept" && name != "User-Agent" && name != "Content-Type" {
					req.Header.Del(name)
				}
			}
		}
		return nil
	}
}

// Do sends one request and reads its response, both within its timeout. Its
// error is an *Error. Any status is a response, not an error.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return nil, &Error{Kind: Refused, Message: "the URL cannot be read"}
	}
	done, err := c.hosts.enter(u.Host)
	if err != nil {
		return nil, err
	}
	resp, err := c.do(ctx, r)
	done(broken(ctx, resp, err))
	return resp, err
}

func (c *Client) do(ctx context.Context, r Request) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	if !r.Redirects {
		ctx = context.WithValue(ctx, noRedirects{}, true)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, &Error{Kind: Refused, Message: "the request cannot be made"}
	}
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "Howdah")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, explain(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.limit+1))
	if err != nil {
		return nil, explain(err)
	}
	out := &Response{Status: resp.StatusCode, Header: resp.Header, Body: body}
	if int64(len(body)) > c.limit {
		out.Body, out.Truncated = body[:c.limit], true
	}
	return out, nil
}

// broken is what the host's breaker hears: failures of the host, not of the request.
func broken(ctx context.Context, resp *Response, err error) error {
	var e *Error
	switch {
	case ctx.Err() != nil, errors.As(err, &e) && (e.Kind == Refused || e.Kind == Blocked):
		return nil //nolint:nilerr // we were told to stop, or asked for what we do not do
	case err != nil:
		return err
	case resp.Status >= http.StatusInternalServerError:
		return errHostFails
	default:
		return nil
	}
}
