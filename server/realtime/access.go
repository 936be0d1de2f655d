package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/server/db"
	"howdah/server/token"
)

// caller is whom a socket or a channel acts as.
type caller struct {
	token   string
	role    string
	claims  string // JSON
	session string
	user    string
	expires time.Time
}

var errClaims = errors.New("Fields `role` and `exp` are required in JWT") //nolint:staticcheck // it is the wire's text

// identify verifies a token. A blank one is nobody's.
func (s *Service) identify(text string) (*caller, error) {
	if text == "" {
		return &caller{role: s.AnonRole, claims: `{"role":` + string(quote(s.AnonRole)) + `}`, expires: time.Now().AddDate(10, 0, 0)}, nil
	}
	claims, err := s.Verifier.Verify(text)
	if err != nil {
		return nil, err
	}
	if claims.Role == "" || claims.Expires == 0 {
		return nil, errClaims
	}
	return &caller{
		token: text, role: claims.Role, claims: string(claims.Raw), session: claims.SessionID, user: claims.Subject,
		expires: time.Unix(claims.Expires, 0),
	}, nil
}

// handshakeReason is why a handshake is refused.
func handshakeReason(err error) string {
	var refused *token.Error
	switch {
	case !errors.As(err, &refused):
		return err.Error()
	case refused.Reason == token.Expired:
		return "Token has expired"
	case refused.Reason == token.Malformed:
		return "The token provided is not a valid JWT"
	default:
		return "Failed to validate JWT signature"
	}
}

// joinReason is why a join with a bad token is refused; it starts with a code.
func joinReason(err error) string {
	var refused *token.Error
	switch {
	case !errors.As(err, &refused):
		return "InvalidJWTToken: " + err.Error()
	case refused.Reason == token.Expired:
		return "InvalidJWTToken: Token has expired"
	case refused.Reason == token.Malformed:
		return "MalformedJWT: The token provided is not a valid JWT"
	default:
		return "JwtSignatureError: Failed to validate JWT signature"
	}
}

// handshakeHeaders is what request.headers shows to policies: the x- headers.
func handshakeHeaders(r *http.Request) []byte {
	shown := map[string]string{}
	for name, values := range r.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-") && lower != "x-api-key" && len(values) > 0 {
			shown[lower] = strings.ToValidUTF8(values[len(values)-1], "\uFFFD")
		}
	}
	b, _ := json.Marshal(shown) //nolint:errchkjson // a map of strings always encodes
	return b
}

// rights is what the policies of realtime.messages allow on a private channel.
type rights struct {
	ReadBroadcast  bool `json:"read_broadcast"`
	ReadPresence   bool `json:"read_presence"`
	WriteBroadcast bool `json:"write_broadcast"`
	WritePresence  bool `json:"write_presence"`

	Snapshot string `json:"snapshot"` // what had been written when the policies were asked
}

var everything = rights{ReadBroadcast: true, ReadPresence: true, WriteBroadcast: true, WritePresence: true}

const authorizeSQL = `select status, body from realtime.authorize_channel(
  _role => $1, _claims => $2, _topic => $3, _headers => $4, _search_path => $5, _session_id => $6, _user_id => $7)`

var errSessionEnded = errors.New("the session has ended")

// authorize asks what a caller may do in a room, and whether its session lives.
func (s *Service) authorize(ctx context.Context, who *caller, in room, headers []byte) (rights, error) {
	if !in.Private && who.session == "" && who.user == "" {
		return everything, nil
	}
	topic := &in.Topic
	if !in.Private {
		topic = nil // the session alone is looked up
	}
	out, err := db.Call(ctx, s.Pool, authorizeSQL, who.role, who.claims, topic, string(headers), s.SearchPath, orNil(who.session), orNil(who.user))
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "PT401" {
		return rights{}, errSessionEnded
	}
	if err != nil {
		return rights{}, err
	}
	if !in.Private {
		return everything, nil
	}
	var may rights
	if err := json.Unmarshal(out.Body, &may); err != nil {
		return rights{}, fmt.Errorf("authorize channel: %w", err)
	}
	return may, nil
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
