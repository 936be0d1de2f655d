package auth

import (
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

const userDeleteSQL = `select status, body from auth.user_delete(_user_id => $1, _session_id => $2, _ip => $3)`

type registerRequest struct {
	Email       *string `json:"email"`
	Password    *string `json:"password"`
	DisplayName *string `json:"display_name"`
	flow
}

// registerShort is POST /register: a sign-up with a name to show.
func (s *Service) registerShort(c echo.Context) error {
	var in registerRequest
	if err := s.begin(c, &in, &in.flow); err != nil {
		return err
	}
	if empty(in.Email) || empty(in.Password) {
		return invalid("Registration requires an email and a password")
	}
	data := map[string]string{}
	if !empty(in.DisplayName) {
		data["display_name"] = *in.DisplayName
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return s.register(c, signUpRequest{Email: in.Email, Password: in.Password, Data: raw, flow: in.flow})
}

// login is POST /login: the password grant by itself.
func (s *Service) login(c echo.Context) error {
	var in grantRequest
	if err := s.begin(c, &in, &in.flow); err != nil {
		return err
	}
	return s.signIn(c, in)
}

// verifyCode is POST /otp/verify.
func (s *Service) verifyCode(c echo.Context) error { return s.verifyAs(c, "email") }

// verifyMagicToken is POST /magiclink/verify.
func (s *Service) verifyMagicToken(c echo.Context) error { return s.verifyAs(c, "magiclink") }

// verifyAs is /verify for a path that says the type.
func (s *Service) verifyAs(c echo.Context, kind string) error {
	var in verifyRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	in.Type = kind
	return s.trade(c, in)
}

// verifyMagicLink is GET /magiclink/verify?token=…
func (s *Service) verifyMagicLink(c echo.Context) error {
	query := c.QueryParams()
	query.Set("type", "magiclink")
	c.Request().URL.RawQuery = query.Encode()
	return s.verifyLink(c)
}

type resetRequest struct {
	Email     *string `json:"email"`
	Token     *string `json:"token"`
	TokenHash *string `json:"token_hash"`
	Password  *string `json:"password"`
}

// reset is POST /recover/verify: a recovery token and the new password at once.
// The token signs in first, so that the password is set as any user sets it.
func (s *Service) reset(c echo.Context) error {
	var in resetRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if empty(in.Password) {
		return invalid("A new password is required")
	}
	use := verifyRequest{Type: "recovery", Email: in.Email, Token: in.Token, TokenHash: in.TokenHash}
	if empty(in.Email) && empty(in.TokenHash) {
		use.Token, use.TokenHash = nil, in.Token // without an address it is the link's token
	}
	if err := use.check(); err != nil {
		return err
	}
	// Judged before the token is used up: a weak password must not cost it.
	if err := s.policy.check(c.Request().Context(), *in.Password, in.Email, nil); err != nil {
		return err
	}
	out, err := s.use(c, use, nil)
	if err != nil {
		return err
	}
	if out.Status != http.StatusOK || out.SessionID == nil {
		return refusal(out.Outcome)
	}
	var claims struct{ Sub uuid.UUID }
	if err := json.Unmarshal(out.Claims, &claims); err != nil {
		return err
	}
	user := userRequest{Password: in.Password}
	set, err := s.setUser(c, claims.Sub, *out.SessionID, user)
	if err != nil {
		return err
	}
	if set.Status != http.StatusOK {
		return refusal(set)
	}
	out.Body = set.Body
	return s.answer(c, out)
}

type passwordRequest struct {
	CurrentPassword *string `json:"current_password"`
	NewPassword     *string `json:"new_password"`
	Nonce           *string `json:"nonce"`
}

// changePassword is POST /me/password: the old password and the new one.
func (s *Service) changePassword(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	var in passwordRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if empty(in.CurrentPassword) || empty(in.NewPassword) {
		return invalid("current_password and new_password are required")
	}
	out, err := s.setUser(c, user, session, userRequest{Password: in.NewPassword, CurrentPassword: in.CurrentPassword, Nonce: in.Nonce})
	if err != nil {
		return err
	}
	return reply(c, out)
}

// deleteUser is DELETE /user: the caller's account, for good.
func (s *Service) deleteUser(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, userDeleteSQL, user, session, ip)
	if err != nil {
		return err
	}
	return reply(c, out)
}
