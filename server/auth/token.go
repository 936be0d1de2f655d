package auth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

const signInBeginSQL = `select status, body, user_id, password_hash
from auth.sign_in_begin(_email => $1, _phone => $2, _ip => $3, _settings => $4)`

const signInFinishSQL = `select status, body, claims, session_id, counter from auth.sign_in_finish(_address => $1, _user_id => $2,
	_valid => $3, _new_hash => $4, _old_hash => $5, _ip => $6, _user_agent => $7, _settings => $8)`

const refreshSQL = `select status, body, claims, session_id, counter
from auth.refresh(_session_id => $1, _counter => $2, _ip => $3, _user_agent => $4, _settings => $5)`

const refreshRefusedSQL = `select status, body from auth.refresh_refused(_ip => $1, _settings => $2)`

const exchangeSQL = `select status, body, claims, session_id, counter, sealed from auth.exchange(_code => $1, _challenge_s256 => $2,
	_verifier => $3, _ip => $4, _user_agent => $5, _settings => $6)`

func refuse(status int, code, message string) error { return problem.New(status, code, message) }

// grantRequest is the body of POST /token, whatever the grant.
type grantRequest struct {
	Email        *string `json:"email"`
	Phone        *string `json:"phone"`
	Password     *string `json:"password"`
	RefreshToken *string `json:"refresh_token"`
	GrantType    *string `json:"grant_type"`
	AuthCode     *string `json:"auth_code"`
	CodeVerifier *string `json:"code_verifier"`
	idTokenRequest
	flow
}

// grant is POST /token. The grant's type is in the query, leniently also in
// the body; without one it is a password's.
func (s *Service) grant(c echo.Context) error {
	var in grantRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	grant := c.QueryParam("grant_type")
	if grant == "" && in.GrantType != nil {
		grant = *in.GrantType
	}
	switch grant {
	case "", "password":
		if err := s.captcha.check(c.Request().Context(), in.Security.CaptchaToken, c.RealIP()); err != nil {
			return err
		}
		return s.signIn(c, in)
	case "refresh_token":
		return s.rotate(c, in.RefreshToken)
	case "pkce":
		return s.exchange(c, in)
	case "id_token":
		return s.idToken(c, in.idTokenRequest)
	default:
		return refuse(http.StatusBadRequest, "invalid_credentials", "unsupported_grant_type")
	}
}

// signIn calls the database twice: between the two the password is compared,
// which takes longer than a connection should be held.
func (s *Service) signIn(c echo.Context, in grantRequest) error {
	out, weak, err := s.passwordSession(c, in)
	if err != nil {
		return err
	}
	return s.answer(c, out, func(t *session) { t.WeakPassword = weak })
}

// passwordSession is a session for a right password, and what today's policy
// has against it: JSON, null for nothing.
func (s *Service) passwordSession(c echo.Context, in grantRequest) (out outcome, weak json.RawMessage, err error) {
	switch {
	case !empty(in.Email) && !empty(in.Phone):
		return out, nil, invalid("Only an email address or phone number should be provided on login")
	case empty(in.Email) && empty(in.Phone) || in.Password == nil:
		return out, nil, invalid("missing email or phone, or password")
	case len(*in.Password) > longestPass:
		return out, nil, refuse(http.StatusBadRequest, "invalid_credentials", "Invalid login credentials")
	}
	if err := oneAddress(&in.Email, &in.Phone); err != nil {
		return out, nil, err
	}
	began := time.Now()
	ctx := c.Request().Context()
	ip, agent := client(c)
	found, err := db.CallRow[struct {
		db.Outcome
		UserID       *uuid.UUID
		PasswordHash *string
	}](ctx, s.Pool, signInBeginSQL, in.Email, in.Phone, ip, s.settings)
	if err != nil {
		return out, nil, err
	}
	if found.Status != http.StatusOK {
		return out, nil, refusal(found.Outcome)
	}
	valid, upgraded, err := s.compare(ctx, *in.Password, found.PasswordHash)
	if err != nil {
		return out, nil, err
	}
	if !valid {
		defer s.hold(ctx, began, refusedTick)
	}
	address := in.Email
	if address == nil {
		address = in.Phone
	}
	out, err = hooks.CallEvenly[outcome](ctx, s.asker, "password_verification_attempt", signInFinishSQL, address, found.UserID, valid, upgraded, found.PasswordHash, ip, agent, s.settings)
	return out, s.policy.remarks(*in.Password, in.Email, in.Phone), err
}

// compare compares a password with a hash, and hashes it anew when it is right
// and the hash is not of today's kind.
func (s *Service) compare(ctx context.Context, password string, hash *string) (valid bool, upgraded *string, err error) {
	valid, outdated, err := s.hasher.verify(ctx, password, hash)
	if err != nil || !valid || !outdated {
		return valid, nil, err
	}
	upgraded, err = s.hashNew(ctx, password)
	return valid, upgraded, err
}

func (s *Service) hashNew(ctx context.Context, password string) (*string, error) {
	hash, err := s.hasher.hash(ctx, password)
	return &hash, err
}

// refresh is POST /refresh, the short form of the refresh_token grant.
func (s *Service) refresh(c echo.Context) error {
	var in grantRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	return s.rotate(c, in.RefreshToken)
}

// rotate checks the token's MAC here, so that one that was made up costs the
// database no more than a count.
func (s *Service) rotate(c echo.Context, refreshToken *string) error {
	if empty(refreshToken) {
		return invalid("refresh_token required")
	}
	ctx := c.Request().Context()
	ip, agent := client(c)
	session, counter, err := s.Ring.ParseRefresh(*refreshToken)
	if err != nil {
		counted, dbErr := db.Call(ctx, s.Pool, refreshRefusedSQL, ip, s.settings)
		switch {
		case dbErr != nil:
			return dbErr
		case counted.Status == http.StatusTooManyRequests:
			return refusal(counted)
		case errors.Is(err, token.ErrRefreshMalformed):
			return invalid("Refresh token is not valid")
		default:
			return refuse(http.StatusBadRequest, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
		}
	}
	out, err := hooks.Call[outcome](ctx, s.asker, nil, refreshSQL, session, counter, ip, agent, s.settings)
	if err != nil {
		return err
	}
	return s.answer(c, out)
}

// exchange is grant_type=pkce: the code of a redirect for a session.
func (s *Service) exchange(c echo.Context, in grantRequest) error {
	if empty(in.AuthCode) || empty(in.CodeVerifier) {
		return invalid("invalid request: both auth code and code verifier should be non-empty")
	}
	ip, agent := client(c)
	out, err := hooks.Call[outcome](c.Request().Context(), s.asker, nil, exchangeSQL,
		flowCodeHash(s, *in.AuthCode), s256(*in.CodeVerifier), *in.CodeVerifier, ip, agent, s.settings)
	if err != nil {
		return err
	}
	given, err := s.providerTokens(out.Sealed)
	if err != nil {
		return err
	}
	return s.answer(c, out, given)
}
