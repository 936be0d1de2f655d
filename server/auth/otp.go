package auth

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/db"
)

const otpRequestSQL = `select status, body from auth.otp_request(_email => $1, _phone => $2, _create_user => $3, _data => $4, _token => $5,
	_ip => $6, _settings => $7, _flow => $8)`

const recoverRequestSQL = `select status, body from auth.recover_request(_email => $1, _token => $2, _ip => $3, _settings => $4)`

const resendSQL = `select status, body from auth.resend(_type => $1, _email => $2, _phone => $3, _token => $4, _token_current => $5,
	_ip => $6, _settings => $7)`

const reauthenticateSQL = `select status, body from auth.reauthenticate(_user_id => $1, _session_id => $2, _token => $3, _ip => $4, _settings => $5)`

type otpRequest struct {
	Email      *string         `json:"email"`
	Phone      *string         `json:"phone"`
	CreateUser *bool           `json:"create_user"`
	Data       json.RawMessage `json:"data"`
	Channel    *string         `json:"channel"`
	flow
}

// oneAddress refuses both and neither; what is left is null or not empty.
func oneAddress(email, phone **string) error {
	if empty(*email) {
		*email = nil
	}
	if empty(*phone) {
		*phone = nil
	}
	if (*email == nil) == (*phone == nil) {
		return invalid("One of email or phone must be set")
	}
	return nil
}

// otp is POST /otp: a code and a link by mail, or a code by SMS.
func (s *Service) otp(c echo.Context) error {
	var in otpRequest
	if err := s.begin(c, &in, &in.flow); err != nil {
		return err
	}
	return s.sendOTP(c, in, "otp")
}

// magiclink is POST /magiclink, the old name of /otp for mail.
func (s *Service) magiclink(c echo.Context) error {
	var in otpRequest
	if err := s.begin(c, &in, &in.flow); err != nil {
		return err
	}
	in.Phone, in.CreateUser = nil, nil
	return s.sendOTP(c, in, "magiclink")
}

// sendOTP counts against the limit of its flow.
func (s *Service) sendOTP(c echo.Context, in otpRequest, flow string) error {
	if err := oneAddress(&in.Email, &in.Phone); err != nil {
		return err
	}
	if err := channel(in.Channel, in.Phone); err != nil {
		return err
	}
	if err := isObject(in.Data); err != nil {
		return err
	}
	var token *oneTime
	var err error
	if in.Phone != nil {
		token, err = s.mintSMS(*in.Phone, "sms")
	} else {
		token, err = s.mint(in.flow, s.redirectTo(c), "magiclink", "email")
	}
	if err != nil {
		return err
	}
	create := in.CreateUser == nil || *in.CreateUser
	ip, _ := client(c)
	defer s.evenly(c)()
	out, err := hooks.CallEvenly[db.Outcome](c.Request().Context(), s.asker, "before_user_created", otpRequestSQL, in.Email, in.Phone, create, object(in.Data), token, ip, s.settings, flow)
	if err != nil {
		return err
	}
	return reply(c, out)
}

// channel refuses what an SMS cannot go by.
func channel(asked, phone *string) error {
	switch {
	case empty(asked) || *asked == "sms" && phone != nil:
		return nil
	case phone == nil:
		return invalid("Channel should only be specified with Phone OTP")
	default:
		return invalid("Invalid channel, supported values are 'sms'")
	}
}

type recoverRequest struct {
	Email *string `json:"email"`
	flow
}

// recover is POST /recover.
func (s *Service) recover(c echo.Context) error {
	var in recoverRequest
	if err := s.begin(c, &in, &in.flow); err != nil {
		return err
	}
	if empty(in.Email) {
		return invalid("Password recovery requires an email")
	}
	token, err := s.mint(in.flow, s.redirectTo(c), "recovery")
	if err != nil {
		return err
	}
	ip, _ := client(c)
	defer s.evenly(c)()
	out, err := db.Call(c.Request().Context(), s.Pool, recoverRequestSQL, in.Email, token, ip, s.settings)
	if err != nil {
		return err
	}
	return reply(c, out)
}

type resendRequest struct {
	Type  string  `json:"type"`
	Email *string `json:"email"`
	Phone *string `json:"phone"`
	flow
}

// resend is POST /resend.
func (s *Service) resend(c echo.Context) error {
	var in resendRequest
	if err := s.begin(c, &in, &in.flow); err != nil {
		return err
	}
	if err := oneAddress(&in.Email, &in.Phone); err != nil {
		return err
	}
	var token, current *oneTime
	var err error
	switch {
	case (in.Type == "signup" || in.Type == "email_change") && in.Email != nil:
		token, current, err = s.mintBoth(in.flow, s.redirectTo(c), in.Type)
	case (in.Type == "sms" || in.Type == "phone_change") && in.Phone != nil:
		token, err = s.mintSMS(*in.Phone, in.Type)
	default:
		return invalid("Missing one of these types: signup, email_change, sms, phone_change")
	}
	if err != nil {
		return err
	}
	ip, _ := client(c)
	defer s.evenly(c)()
	out, err := db.Call(c.Request().Context(), s.Pool, resendSQL, in.Type, in.Email, in.Phone, token, current, ip, s.settings)
	if err != nil {
		return err
	}
	return reply(c, out)
}

// reauthenticate is GET /reauthenticate: a code to be given as nonce.
func (s *Service) reauthenticate(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	token, err := s.mint(flow{}, s.redirects.target(""), "reauthentication")
	if err != nil {
		return err
	}
	ip, _ := client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, reauthenticateSQL, user, session, token, ip, s.settings)
	if err != nil {
		return err
	}
	return reply(c, out)
}

func isObject(raw json.RawMessage) error {
	if len(raw) > 0 && raw[0] != '{' && string(raw) != "null" {
		return refuse(http.StatusBadRequest, "bad_json", "Could not parse request body as JSON: data must be an object")
	}
	return nil
}
