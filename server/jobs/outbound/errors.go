package outbound

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"code.dny.dev/ssrf"
)

// Kind says what to do about an Error.
type Kind int

const (
	// Failed is a connection that did not come about or broke: again later.
	Failed Kind = iota
	// TimedOut is a host that took too long: again later.
	TimedOut
	// Blocked is an address that may not be reached: never again.
	Blocked
	// Refused is a request that cannot be sent, or redirects that are not followed: never again.
	Refused
	// Busy is a host that enough requests are under way to, or that is left alone: again after Wait, nothing was sent.
	Busy
)

// Error is why there is no response. Its text names no URL: the query may hold a token.
type Error struct {
	Kind    Kind
	Message string
	Wait    time.Duration // for Busy
}

func (e *Error) Error() string { return e.Message }

var errHostFails = errors.New("the host answers 5xx")

// explain words an error of net/http, without the URL that it names.
func explain(err error) error {
	var (
		own *Error
		in  *url.Error
		dns *net.DNSError
		op  *net.OpError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return &Error{Kind: Blocked, Message: "the host is at a private, loopback or reserved address; OUTBOUND_ALLOW can allow it"}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &in) && in.Timeout():
		return &Error{Kind: TimedOut, Message: "the host took too long"}
	case errors.As(err, &dns):
		return &Error{Kind: Failed, Message: "the host's name is not known: " + dns.Err}
	case errors.As(err, &op):
		return &Error{Kind: Failed, Message: "the connection failed: " + op.Err.Error()}
	case errors.As(err, &in):
		return &Error{Kind: Failed, Message: "the request failed: " + in.Err.Error()}
	default:
		return &Error{Kind: Failed, Message: "the request failed: " + err.Error()}
	}
}
