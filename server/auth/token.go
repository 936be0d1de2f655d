package auth

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

const signInBeginSQL = `select status, body, user_id, password_hash
from auth.sign_in_begin(_email => $1, _ip => $2, _settings => $3)`

const signInFinishSQL = `select status, body, claims, session_id, counter
from auth.sign_in_finish(_user_id => $1, _valid => $2, _new_hash => $3, _old_hash => $4, _ip => $5, _user_agent => $6, _settings => $7)`

const refreshSQL = `select status, body, claims, session_id, counter
from auth.refresh(_session_id => $1, _counter => $2, _ip => $3, _user_agent => $4, _settings => $5)`

const refreshRefusedSQL = `select status, body from auth.refresh_refused(_ip => $1, _settings => $2)`

func refuse(status int, code, message string) error { return problem.New(status, code, message) }

type credentials struct {
	Email, Phone, Password *string
	RefreshToken           *string `json:"refresh_token"`
	GrantType              *string `json:"grant_type"`
}

// grant is POST /token. The grant's type is in the query, leniently also in
// the body; without one it is a password's.
func (s *Service) grant(c echo.Context) error {
	var in credentials
	if err := decode(c, &in); err != nil {
		return err
	}
	grant := c.QueryParam("grant_type")
	if grant == "" && in.GrantType != nil {
		grant = *in.GrantType
	}
	switch grant {
	case "", "password":
		return s.signIn(c, in)
	case "refresh_token":
		return s.rotate(c, in)
	default:
		return refuse(http.StatusBadRequest, "invalid_credentials", "unsupported_grant_type")
	}
}

// signIn calls the database twice: between the two the password is compared,
// which takes longer than a connection should be held.
func (s *Service) signIn(c echo.Context, in credentials) error {
	switch {
	case !empty(in.Email) && !empty(in.Phone):
		return invalid("Only an email address or phone number should be provided on login")
	case !empty(in.Phone):
		return refuse(http.StatusUnprocessableEntity, "phone_provider_disabled", "Phone logins are disabled")
	case empty(in.Email) || in.Password == nil:
		return invalid("missing email or password")
	case len(*in.Password) > longestPass:
		return refuse(http.StatusBadRequest, "invalid_credentials", "Invalid login credentials")
	}
	ctx := c.Request().Context()
	ip, agent := client(c)
	found, err := db.CallRow[struct {
		db.Outcome
		UserID       *uuid.UUID
		PasswordHash *string
	}](ctx, s.Pool, signInBeginSQL, *in.Email, ip, s.settings)
	if err != nil {
		return err
	}
	if found.Status != http.StatusOK {
		return refusal(found.Outcome)
	}
	valid, outdated, err := s.hasher.verify(ctx, *in.Password, found.PasswordHash)
	if err != nil {
		return err
	}
	var upgraded *string
	if valid && outdated {
		hash, err := s.hasher.hash(ctx, *in.Password)
		if err != nil {
			return err
		}
		upgraded = &hash
	}
	out, err := db.CallRow[outcome](ctx, s.Pool, signInFinishSQL, found.UserID, valid, upgraded, found.PasswordHash, ip, agent, s.settings)
	if err != nil {
		return err
	}
	return s.answer(c, out)
}

// refresh is POST /refresh, the short form of the refresh_token grant.
func (s *Service) refresh(c echo.Context) error {
	var in credentials
	if err := decode(c, &in); err != nil {
		return err
	}
	return s.rotate(c, in)
}

// rotate checks the token's MAC here, so that one that was made up costs the
// database no more than a count.
func (s *Service) rotate(c echo.Context, in credentials) error {
	if empty(in.RefreshToken) {
		return invalid("refresh_token required")
	}
	ctx := c.Request().Context()
	ip, agent := client(c)
	session, counter, err := s.Ring.ParseRefresh(*in.RefreshToken)
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
	out, err := db.CallRow[outcome](ctx, s.Pool, refreshSQL, session, counter, ip, agent, s.settings)
	if err != nil {
		return err
	}
	return s.answer(c, out)
}
