// Package token signs and verifies JWTs. It is pure: no database, no HTTP.
package token

import "encoding/json"

// Claims is a verified token: Raw is the payload as the database sees it in
// request.jwt.claims, the rest are the members that Go itself must look at.
type Claims struct {
	Raw       json.RawMessage
	Subject   string // sub, a user's id; empty for API keys
	Role      string // the database role to become
	SessionID string // session_id, looked up on every request; empty for API keys
	Expires   int64  // exp, seconds since the epoch; 0 for none

	Key *APIKey // of an API key (hd_…), which has no claims yet; nil for tokens
}

// Reason says why a token was refused, so that each wire can word it.
type Reason string

// The reasons for which Verify refuses.
const (
	Malformed Reason = "malformed" // no JWT at all
	BadKey    Reason = "bad_key"   // unknown kid, or an algorithm that is not allowed
	BadSign   Reason = "bad_sign"  // the signature does not hold
	Expired   Reason = "expired"
	NotYet    Reason = "not_yet" // nbf or iat lie in the future
	BadClaim  Reason = "bad_claim"
	BadAud    Reason = "bad_audience"
)

// Error is a refused token. Detail never holds any part of the token.
type Error struct {
	Reason Reason
	Detail string
}

func (e *Error) Error() string { return "token " + string(e.Reason) + ": " + e.Detail }

// Verifier checks a token and answers its claims, or an *Error.
type Verifier interface {
	Verify(token string) (*Claims, error)
}
