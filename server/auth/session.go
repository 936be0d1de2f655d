package auth

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/db"
	"howdah/server/problem"
)

// outcome is what functions of sql/auth that may start or renew a session
// answer (auth.outcome): without a session, the body is the answer.
type outcome struct {
	db.Outcome
	Claims     json.RawMessage
	SessionID  *uuid.UUID `json:"session_id"`
	Counter    *int64
	RedirectTo *string `json:"redirect_to"`
	Flow       *string
	Sealed     hooks.Bytes
}

// session is GoTrue's token answer.
type session struct {
	AccessToken          string          `json:"access_token"`
	TokenType            string          `json:"token_type"`
	ExpiresIn            int             `json:"expires_in"`
	ExpiresAt            int64           `json:"expires_at"`
	RefreshToken         string          `json:"refresh_token,omitempty"`
	User                 json.RawMessage `json:"user"`
	ProviderToken        string          `json:"provider_token,omitempty"`
	ProviderRefreshToken string          `json:"provider_refresh_token,omitempty"`
	WeakPassword         json.RawMessage `json:"weak_password,omitempty"`
}

// tokens makes the tokens of an outcome that has a session.
func (s *Service) tokens(out outcome) (session, error) {
	var times struct{ Iat, Exp int64 }
	if err := json.Unmarshal(out.Claims, &times); err != nil {
		return session{}, err
	}
	access, err := s.Ring.Sign(out.Claims)
	if err != nil {
		return session{}, err
	}
	return session{
		AccessToken: access, TokenType: "bearer", ExpiresIn: int(times.Exp - times.Iat), ExpiresAt: times.Exp,
		RefreshToken: s.Ring.MintRefresh(*out.SessionID, *out.Counter), User: out.Body,
	}, nil
}

// answer writes an outcome: a refusal, a bare body, or tokens for a session.
// more, if given, adds to the tokens.
func (s *Service) answer(c echo.Context, out outcome, more ...func(*session)) error {
	if out.Status >= http.StatusBadRequest {
		return refusal(out.Outcome)
	}
	if out.SessionID == nil || out.Counter == nil {
		return reply(c, out.Outcome)
	}
	tokens, err := s.tokens(out)
	if err != nil {
		return err
	}
	for _, add := range more {
		add(&tokens)
	}
	noStore(c)
	return c.JSON(out.Status, tokens)
}

// reply writes what a function answered, and a refusal as an error.
func reply(c echo.Context, out db.Outcome) error {
	switch {
	case out.Status >= http.StatusBadRequest:
		return refusal(out)
	case out.Status == http.StatusNoContent:
		return c.NoContent(http.StatusNoContent)
	default:
		noStore(c)
		return c.JSONBlob(out.Status, out.Body)
	}
}

func noStore(c echo.Context) { c.Response().Header().Set(echo.HeaderCacheControl, "no-store") }

// refusal turns the body of an expected "no" into the problem it describes.
func refusal(out db.Outcome) error {
	var no struct {
		Code, Message, Hint string
		RetryAfter          int `json:"retry_after"`
	}
	if err := json.Unmarshal(out.Body, &no); err != nil {
		return err
	}
	return &problem.Problem{Status: out.Status, Code: no.Code, Message: no.Message, Hint: no.Hint, RetryAfter: no.RetryAfter}
}
