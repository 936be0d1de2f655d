package auth

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/db"
)

const signUpBeginSQL = `select status, body, password_hash from auth.sign_up_begin(_email => $1, _phone => $2, _ip => $3, _settings => $4)`

const signUpSQL = `select status, body, claims, session_id, counter from auth.sign_up(_email => $1, _phone => $2, _password_hash => $3,
	_same => $4, _data => $5, _token => $6, _ip => $7, _user_agent => $8, _settings => $9)`

type signUpRequest struct {
	Email    *string         `json:"email"`
	Phone    *string         `json:"phone"`
	Password *string         `json:"password"`
	Data     json.RawMessage `json:"data"`
	Channel  *string         `json:"channel"`
	flow
}

func (in *signUpRequest) check(ctx context.Context, s *Service) error {
	anonymous := empty(in.Email) && empty(in.Phone) && empty(in.Password)
	if err := isObject(in.Data); err != nil {
		return err
	}
	if anonymous {
		in.Email, in.Phone, in.Password = nil, nil, nil
		return nil
	}
	if empty(in.Password) {
		return invalid("Signup requires a valid password")
	}
	if err := s.policy.check(ctx, *in.Password, in.Email, in.Phone); err != nil {
		return err
	}
	switch {
	case !empty(in.Email) && !empty(in.Phone):
		return invalid("Only an email address or phone number should be provided on signup.")
	case empty(in.Email) && empty(in.Phone):
		return invalid("To signup, please provide your email")
	case !empty(in.Phone) && in.CodeChallenge != nil:
		return invalid("PKCE not supported for phone signups")
	}
	if err := oneAddress(&in.Email, &in.Phone); err != nil {
		return err
	}
	return channel(in.Channel, in.Phone)
}

// signUp calls the database twice: the first counts and refuses, so that a
// flood costs no password hash.
func (s *Service) signUp(c echo.Context) error {
	var in signUpRequest
	if err := s.begin(c, &in, &in.flow); err != nil {
		return err
	}
	return s.register(c, in)
}

func (s *Service) register(c echo.Context, in signUpRequest) error {
	if err := in.check(c.Request().Context(), s); err != nil {
		return err
	}
	ctx := c.Request().Context()
	ip, agent := client(c)
	may, err := db.CallRow[struct {
		db.Outcome
		PasswordHash *string
	}](ctx, s.Pool, signUpBeginSQL, in.Email, in.Phone, ip, s.settings)
	if err != nil {
		return err
	}
	if may.Status != http.StatusOK {
		return refusal(may.Outcome)
	}
	hash, same, err := s.signUpPassword(ctx, in, may.PasswordHash)
	if err != nil {
		return err
	}
	var token *oneTime
	if in.Phone != nil {
		token, err = s.mintSMS(*in.Phone, "sms")
	} else {
		token, err = s.mint(in.flow, s.redirectTo(c), "signup")
	}
	if err != nil {
		return err
	}
	if in.confirms(s) {
		defer s.evenly(c)() // an account that must be confirmed does not show whether it was there
	}
	out, err := hooks.CallEvenly[outcome](ctx, s.asker, "before_user_created", signUpSQL, in.Email, in.Phone, hash, same, object(in.Data), token, ip, agent, s.settings)
	if err != nil {
		return err
	}
	return s.answer(c, out)
}

// signUpPassword hashes a password, and where an account may wait for its
// confirmation compares it with that account's, or with a decoy.
func (s *Service) signUpPassword(ctx context.Context, in signUpRequest, pending *string) (hash *string, same bool, err error) {
	if in.Password == nil {
		return nil, false, nil
	}
	if in.confirms(s) {
		if same, _, err = s.hasher.verify(ctx, *in.Password, pending); err != nil {
			return nil, false, err
		}
	}
	hash, err = s.hashNew(ctx, *in.Password)
	return hash, same, err
}

// confirms says whether the sign-up ends with a mail or a message.
func (in *signUpRequest) confirms(s *Service) bool {
	return in.Email != nil && !s.Config.Autoconfirm || in.Phone != nil && !s.Config.PhoneAutoconfirm
}

func empty(s *string) bool { return s == nil || *s == "" }

// object is a JSON object, {} for none.
func object(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || string(raw) == "null" {
		return json.RawMessage("{}")
	}
	return raw
}
