package functions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/problem"
)

type upstreamRow struct {
	Name      string
	URL       string
	VerifyJWT bool `db:"verify_jwt"`
	Roles     []string
	TimeoutMS int64 `db:"timeout_ms"`
}

// upstream is a program elsewhere that answers for a function. Its URL comes
// from the operator, so it may be any address.
type upstream struct {
	upstreamRow
	base *url.URL
}

func newTransport() http.RoundTripper {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second, ForceAttemptHTTP2: true,
		DisableCompression: true, // bytes pass as they are
	}
}

// identityLives is how long what an upstream is told of the caller holds.
const identityLives = time.Minute

// errSlow is why a request to an upstream was given up.
var errSlow = errors.New("the upstream did not begin to answer in time")

// serveUpstream hands the request on and streams the answer back. The time-out
// is until the answer begins: a stream may then take as long as it likes.
func (s *Service) serveUpstream(c echo.Context, in *call, up *upstream) error {
	r := c.Request()
	if err := s.admit(r.Context(), in, up.VerifyJWT, up.Roles); err != nil {
		return relay(err)
	}
	identity, err := s.identity(in)
	if err != nil {
		return relay(err)
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	timer := time.AfterFunc(time.Duration(up.TimeoutMS)*time.Millisecond, func() { cancel(errSlow) })
	defer timer.Stop()
	// A function may answer while it still reads: HTTP/2 always lets it.
	_ = http.NewResponseController(c.Response()).EnableFullDuplex()
	var failed error
	proxy := &httputil.ReverseProxy{
		Transport:     s.client,
		FlushInterval: -1, // at once: the answer may be a stream of events
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = up.base.Scheme, up.base.Host, up.base.Host
			p.Out.URL.RawPath = strings.TrimSuffix(up.base.EscapedPath(), "/") + in.rawPath
			p.Out.URL.Path, _ = url.PathUnescape(p.Out.URL.RawPath) // it came from two well encoded paths
			query := up.base.Query()
			for name, values := range in.query {
				query[name] = values
			}
			p.Out.URL.RawQuery = query.Encode()
			p.SetXForwarded()
			for name := range p.Out.Header {
				// Only what this server says of the caller counts, also where a
				// gateway over there reads _ as -.
				if strings.HasPrefix(strings.ReplaceAll(strings.ToLower(name), "_", "-"), "x-howdah-") {
					delete(p.Out.Header, name)
				}
			}
			p.Out.Header.Set("X-Howdah-Function", in.name)
			p.Out.Header.Set("X-Howdah-Identity", identity)
		},
		ModifyResponse: func(res *http.Response) error {
			timer.Stop()
			res.Header.Del("X-Relay-Error")
			return nil
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) { failed = err },
	}
	proxy.ServeHTTP(c.Response(), r.WithContext(ctx))
	if failed == nil {
		return nil
	}
	return relay(unreachable(ctx, failed))
}

func unreachable(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errSlow) {
		return &problem.Problem{
			Status: http.StatusGatewayTimeout, Code: "function_timeout", Message: "The function took too long.",
			Hint: "Raise the upstream's timeout, or answer sooner.", Cause: errSlow,
		}
	}
	var big *http.MaxBytesError
	if ctx.Err() != nil || errors.As(err, &big) {
		return err
	}
	return &problem.Problem{
		Status: http.StatusBadGateway, Code: "upstream_unreachable", Message: "The function cannot be reached.",
		Hint: "Is the program behind this function running?", Cause: err,
	}
}

// identity is a token, signed with this server's key, that tells the upstream
// who calls: any JWT library verifies it by /auth/v1/.well-known/jwks.json. Its
// audience is the function, so that it serves nowhere else.
func (s *Service) identity(in *call) (string, error) {
	var claims map[string]any
	if err := json.Unmarshal(in.caller.Claims, &claims); err != nil {
		return "", fmt.Errorf("read the caller's claims: %w", err)
	}
	now := time.Now()
	claims["role"] = in.caller.Role
	claims["aud"] = "functions/" + in.name
	claims["iat"] = now.Unix()
	claims["exp"] = now.Add(identityLives).Unix()
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return s.ring.Sign(payload)
}
