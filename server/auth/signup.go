package auth

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

const signUpBeginSQL = `select status, body from auth.sign_up_begin(_email => $1, _ip => $2, _settings => $3)`

const signUpSQL = `select status, body, claims, session_id, counter
from auth.sign_up(_email => $1, _password_hash => $2, _data => $3, _ip => $4, _user_agent => $5, _settings => $6)`

// signUp calls the database twice: the first counts and refuses, so that a
// flood costs no password hash.
func (s *Service) signUp(c echo.Context) error {
	var in struct {
		Email, Phone, Password *string
		Data                   json.RawMessage
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	anonymous := empty(in.Email) && empty(in.Phone) && empty(in.Password)
	switch {
	case len(in.Data) > 0 && in.Data[0] != '{' && string(in.Data) != "null":
		return badJSON("data must be an object")
	case !empty(in.Phone):
		return refuse(http.StatusBadRequest, "phone_provider_disabled", "Phone signups are disabled")
	case anonymous:
		in.Email, in.Password = nil, nil
	case empty(in.Password):
		return invalid("Signup requires a valid password")
	case empty(in.Email):
		return invalid("Signup requires a valid email")
	default:
		if err := strength(*in.Password, s.Config); err != nil {
			return err
		}
	}
	ctx := c.Request().Context()
	ip, agent := client(c)
	may, err := db.Call(ctx, s.Pool, signUpBeginSQL, in.Email, ip, s.settings)
	if err != nil {
		return err
	}
	if may.Status != http.StatusOK {
		return refusal(may)
	}
	var hash *string
	if in.Password != nil {
		made, err := s.hasher.hash(ctx, *in.Password)
		if err != nil {
			return err
		}
		hash = &made
	}
	out, err := db.CallRow[outcome](ctx, s.Pool, signUpSQL, in.Email, hash, object(in.Data), ip, agent, s.settings)
	if err != nil {
		return err
	}
	return s.answer(c, out)
}

func empty(s *string) bool { return s == nil || *s == "" }

// object is a JSON object, {} for none.
func object(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || string(raw) == "null" {
		return json.RawMessage("{}")
	}
	return raw
}
