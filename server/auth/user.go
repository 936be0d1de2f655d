package auth

import (
	"cmp"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

const userGetSQL = `select status, body from auth.user_get(_user_id => $1, _session_id => $2)`

const signOutSQL = `select status, body from auth.sign_out(_user_id => $1, _session_id => $2, _scope => $3, _ip => $4)`

const userUpdateBeginSQL = `select status, body, password_hash from auth.user_update_begin(_user_id => $1, _session_id => $2, _nonce => $3,
	_with_current => $4, _settings => $5)`

const userUpdateSQL = `select status, body from auth.user_update(_user_id => $1, _session_id => $2, _email => $3, _phone => $4,
	_password_hash => $5, _old_hash => $6, _data => $7, _token => $8, _token_current => $9, _ip => $10, _settings => $11)`

func (s *Service) user(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	out, err := db.Call(c.Request().Context(), s.Pool, userGetSQL, user, session)
	if err != nil {
		return err
	}
	return reply(c, out)
}

func (s *Service) signOut(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	scope := sanitize(cmp.Or(c.QueryParam("scope"), "global"))
	out, err := db.Call(c.Request().Context(), s.Pool, signOutSQL, user, session, scope, ip)
	if err != nil {
		return err
	}
	return reply(c, out)
}

type userRequest struct {
	Email           *string         `json:"email"`
	Phone           *string         `json:"phone"`
	Password        *string         `json:"password"`
	CurrentPassword *string         `json:"current_password"`
	Nonce           *string         `json:"nonce"`
	Data            json.RawMessage `json:"data"`
	AppMetadata     json.RawMessage `json:"app_metadata"`
	Channel         *string         `json:"channel"`
	flow
}

func (in *userRequest) check() error {
	if err := in.settle(); err != nil {
		return err
	}
	if err := isObject(in.Data); err != nil {
		return err
	}
	if len(in.AppMetadata) > 0 && string(in.AppMetadata) != "null" {
		return refuse(http.StatusForbidden, "not_admin", "Updating app_metadata requires admin privileges")
	}
	for _, field := range []**string{&in.Email, &in.Phone, &in.Password} {
		if empty(*field) {
			*field = nil
		}
	}
	if in.Email != nil && in.Phone != nil {
		return invalid("Only an email address or phone number should be changed at once")
	}
	return channel(in.Channel, in.Phone)
}

// updateUser is PUT /user. With a password it calls the database twice: the
// first call refuses what must be, and hands out the hash to compare with.
func (s *Service) updateUser(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	var in userRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	out, err := s.setUser(c, user, session, in)
	if err != nil {
		return err
	}
	return reply(c, out)
}

// setUser changes a user as a session of theirs asks.
func (s *Service) setUser(c echo.Context, user, session uuid.UUID, in userRequest) (db.Outcome, error) {
	var newHash, oldHash *string
	var err error
	if in.Password != nil {
		if newHash, oldHash, err = s.newPassword(c, user, session, in); err != nil {
			return db.Outcome{}, err
		}
	}
	token, current, err := s.mintChange(c, in)
	if err != nil {
		return db.Outcome{}, err
	}
	ip, _ := client(c)
	return db.Call(c.Request().Context(), s.Pool, userUpdateSQL, user, session, in.Email, in.Phone, newHash, oldHash, object(in.Data),
		token, current, ip, s.settings)
}

func (s *Service) mintChange(c echo.Context, in userRequest) (token, current *oneTime, err error) {
	switch {
	case in.Email != nil:
		return s.mintBoth(in.flow, s.redirectTo(c), "email_change")
	case in.Phone != nil:
		token, err = s.mintSMS(*in.Phone, "phone_change")
	}
	return token, nil, err
}

// newPassword hashes a password that may be set, and answers the hash that it replaces.
func (s *Service) newPassword(c echo.Context, user, session uuid.UUID, in userRequest) (hash, old *string, err error) {
	if err := s.policy.check(c.Request().Context(), *in.Password, in.Email, in.Phone); err != nil {
		return nil, nil, err
	}
	var nonce []byte
	if !empty(in.Nonce) {
		nonce = s.codeHash(*in.Nonce)
	}
	ctx := c.Request().Context()
	may, err := db.CallRow[struct {
		db.Outcome
		PasswordHash *string
	}](ctx, s.Pool, userUpdateBeginSQL, user, session, nonce, !empty(in.CurrentPassword), s.settings)
	if err != nil {
		return nil, nil, err
	}
	if may.Status != http.StatusOK {
		return nil, nil, refusal(may.Outcome)
	}
	if may.PasswordHash != nil {
		if err := s.compareOld(c, in, may.PasswordHash); err != nil {
			return nil, nil, err
		}
	}
	hash, err = s.hashNew(ctx, *in.Password)
	return hash, may.PasswordHash, err
}

// compareOld refuses a current password that is wrong, and a new one that is the current.
func (s *Service) compareOld(c echo.Context, in userRequest, hash *string) error {
	ctx := c.Request().Context()
	if !empty(in.CurrentPassword) {
		right, _, err := s.hasher.verify(ctx, *in.CurrentPassword, hash)
		if err != nil {
			return err
		}
		if !right {
			return refuse(http.StatusBadRequest, "current_password_invalid", "Current password is not right.")
		}
	}
	same, _, err := s.hasher.verify(ctx, *in.Password, hash)
	if err != nil {
		return err
	}
	if same {
		return refuse(http.StatusUnprocessableEntity, "same_password", "New password should be different from the old password.")
	}
	return nil
}
