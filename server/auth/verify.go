package auth

import (
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/problem"
)

const verifySQL = `select status, body, claims, session_id, counter, flow from auth.verify(_type => $1, _email => $2, _phone => $3,
	_code => $4, _link => $5, _flow_code => $6, _ip => $7, _user_agent => $8, _settings => $9)`

type verifyRequest struct {
	Type      string  `json:"type"`
	Email     *string `json:"email"`
	Phone     *string `json:"phone"`
	Token     *string `json:"token"`
	TokenHash *string `json:"token_hash"`
	flow
}

func (in *verifyRequest) check() error {
	mail := in.Type == "email_change" || in.Type == "signup" || in.Type == "invite" || in.Type == "magiclink" || in.Type == "recovery" || in.Type == "email"
	sms := in.Type == "sms" || in.Type == "phone_change"
	switch {
	case in.Type == "":
		return invalid("Verify requires a verification type")
	case !mail && !sms:
		return invalid("Unsupported verification type")
	case !empty(in.TokenHash) && (!empty(in.Email) || !empty(in.Phone) || !empty(in.Token)):
		return invalid("Only the token_hash and type should be provided")
	case !empty(in.TokenHash):
		return nil
	case empty(in.Token):
		return invalid("Verify requires a token or a token hash")
	case mail == empty(in.Email) || sms == empty(in.Phone):
		return invalid("Only an email address or phone number should be provided on verify, as the type has it")
	}
	return nil
}

// verify is POST /verify.
func (s *Service) verify(c echo.Context) error {
	var in verifyRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	return s.trade(c, in)
}

// trade answers a session for a one-time token.
func (s *Service) trade(c echo.Context, in verifyRequest) error {
	if err := in.check(); err != nil {
		return err
	}
	out, err := s.use(c, in, nil)
	if err != nil {
		return err
	}
	return s.answer(c, out)
}

// use uses a one-time token up. flowCode, where the answer is a redirect, is
// the code that a PKCE client may trade.
func (s *Service) use(c echo.Context, in verifyRequest, flowCode []byte) (outcome, error) {
	var code, link []byte
	if empty(in.TokenHash) {
		code = s.codeHash(*in.Token)
	} else {
		link = s.linkHash(*in.TokenHash)
	}
	ip, agent := client(c)
	even := s.evenly(c)
	out, err := hooks.Call[outcome](c.Request().Context(), s.asker, nil, verifySQL, in.Type, in.Email, in.Phone, code, link, flowCode, ip, agent, s.settings)
	if out.Status >= http.StatusBadRequest {
		even() // whether a code is out for the address must not show
	}
	return out, err
}

//go:embed confirm.html
var confirmHTML string

var confirmPage = template.Must(template.New("confirm").Parse(confirmHTML))

// verifyLink is GET /verify, where the links of mails lead. Scanners of mail
// follow links, so that this one changes nothing: it shows a page whose button
// posts. MAILER_DIRECT_LINKS takes the page away.
func (s *Service) verifyLink(c echo.Context) error {
	token, kind := c.QueryParam("token"), c.QueryParam("type")
	if token == "" || kind == "" {
		return invalid("Verify requires a token and a verification type")
	}
	if s.Config.DirectLinks {
		return s.follow(c, token, kind, c.QueryParam("redirect_to"))
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	h.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	noStore(c)
	c.Response().WriteHeader(http.StatusOK)
	return confirmPage.Execute(c.Response(), map[string]string{"Token": token, "Type": kind, "RedirectTo": c.QueryParam("redirect_to")})
}

// followLink is POST /verify/link, which the page's button posts to.
func (s *Service) followLink(c echo.Context) error {
	token, kind := c.FormValue("token"), c.FormValue("type")
	if token == "" || kind == "" {
		return invalid("Verify requires a token and a verification type")
	}
	return s.follow(c, token, kind, c.FormValue("redirect_to"))
}

func (s *Service) follow(c echo.Context, token, kind, asked string) error {
	target := s.redirects.target(asked)
	in := verifyRequest{Type: kind, TokenHash: &token}
	if err := in.check(); err != nil {
		return err
	}
	pkce := strings.HasPrefix(token, pkcePrefix)
	code := uuid.NewString()
	var hash []byte
	if pkce {
		hash = flowCodeHash(s, code)
	}
	out, err := s.use(c, in, hash)
	if err == nil && out.Status >= http.StatusBadRequest {
		err = refusal(out.Outcome)
	}
	var refused *problem.Problem
	switch {
	case errors.As(err, &refused) || err != nil && problem.From(err).Status < http.StatusInternalServerError:
		return seeOther(c, refusedTarget(target, problem.From(err), "", pkce))
	case err != nil:
		return err
	case out.Flow != nil:
		return seeOther(c, withQuery(target, url.Values{"code": {code}}))
	case out.SessionID == nil:
		said := url.Values{"message": {"Confirmation link accepted. Please proceed to confirm link sent to the other email"}}
		if pkce {
			return seeOther(c, withQuery(target, said))
		}
		return seeOther(c, withFragment(target, said))
	}
	session, err := s.tokens(out)
	if err != nil {
		return err
	}
	fragment := session.fragment()
	fragment.Set("type", kind)
	return seeOther(c, withFragment(target, fragment))
}

func seeOther(c echo.Context, target string) error {
	noStore(c)
	return c.Redirect(http.StatusSeeOther, target)
}

// fragment is a session as implicit clients read it.
func (t session) fragment() url.Values {
	return url.Values{
		"access_token": {t.AccessToken}, "refresh_token": {t.RefreshToken}, "token_type": {t.TokenType},
		"expires_in": {strconv.Itoa(t.ExpiresIn)}, "expires_at": {strconv.FormatInt(t.ExpiresAt, 10)},
	}
}

// refusedTarget tells a refusal at the end of a flow: in the fragment, for PKCE
// in the query too. fallback is what to call a status that OAuth has no word for.
func refusedTarget(target string, p *problem.Problem, fallback string, pkce bool) string {
	word := map[int]string{
		http.StatusBadRequest: "invalid_request", http.StatusUnauthorized: "unauthorized_client", http.StatusForbidden: "access_denied",
		http.StatusInternalServerError: "server_error", http.StatusServiceUnavailable: "temporarily_unavailable",
	}[p.Status]
	switch p.Code {
	case "signup_disabled", "user_banned", "provider_email_needs_verification":
		word = "access_denied"
	}
	if word == "" {
		word = fallback
	}
	said := url.Values{"error": {word}, "error_code": {p.Code}, "error_description": {p.Message}}
	if pkce {
		target = withQuery(target, said)
	}
	return withFragment(target, said)
}
