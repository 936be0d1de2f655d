package auth

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

const adminInviteSQL = `select status, body from auth.admin_invite(_email => $1, _data => $2, _token => $3, _ip => $4, _settings => $5)`

const adminGenerateLinkSQL = `select status, body, flow from auth.admin_generate_link(_type => $1, _email => $2, _new_email => $3,
	_password_hash => $4, _data => $5, _token => $6, _ip => $7, _settings => $8)`

const adminAuditSQL = `select status, body, total from auth.admin_audit(_page => $1, _per_page => $2, _scope => $3, _text => $4)`

type inviteRequest struct {
	Email *string         `json:"email"`
	Data  json.RawMessage `json:"data"`
}

// invite is POST /invite.
func (s *Service) invite(c echo.Context) error {
	var in inviteRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if err := isObject(in.Data); err != nil {
		return err
	}
	token, err := s.mint(flow{}, s.redirectTo(c), "invite")
	if err != nil {
		return err
	}
	ip, _ := client(c)
	return s.adminReply(c, adminInviteSQL, in.Email, object(in.Data), token, ip, s.settings)
}

type linkRequest struct {
	Type       string          `json:"type"`
	Email      *string         `json:"email"`
	NewEmail   *string         `json:"new_email"`
	Password   *string         `json:"password"`
	Data       json.RawMessage `json:"data"`
	RedirectTo string          `json:"redirect_to"`
}

var linkTypes = []string{"signup", "magiclink", "recovery", "invite", "email_change_current", "email_change_new"}

func (in *linkRequest) check() error {
	if !slices.Contains(linkTypes, in.Type) {
		return invalid("Invalid email action link type requested: " + in.Type)
	}
	if empty(in.Email) {
		return invalid("An email address is required")
	}
	if empty(in.NewEmail) {
		in.NewEmail = nil
	}
	if in.Type == "signup" && empty(in.Password) {
		return invalid("Signup requires a valid password")
	}
	return isObject(in.Data)
}

// generateLink is POST /admin/generate_link: a user, and beside their fields
// what a mail would have held.
func (s *Service) generateLink(c echo.Context) error {
	var in linkRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	var hash *string
	if !empty(in.Password) {
		if err := s.policy.check(c.Request().Context(), *in.Password, in.Email, nil); err != nil {
			return err
		}
		var err error
		if hash, err = s.hashNew(c.Request().Context(), *in.Password); err != nil {
			return err
		}
	}
	target := s.redirectTo(c)
	if in.RedirectTo != "" {
		target = s.redirects.target(in.RedirectTo)
	}
	token, err := s.mint(flow{}, target)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	out, err := asAdmin[outcome](s, c, adminGenerateLinkSQL, in.Type, in.Email, in.NewEmail, hash, object(in.Data), token, ip, s.settings)
	if err != nil {
		return err
	}
	if out.Status != http.StatusOK || out.Flow == nil {
		return reply(c, out.Outcome)
	}
	return s.replyLink(c, out, token, target)
}

// replyLink adds the link to the user, flat as GoTrue has it.
func (s *Service) replyLink(c echo.Context, out outcome, token *oneTime, target string) error {
	body := map[string]any{}
	if err := json.Unmarshal(out.Body, &body); err != nil {
		return err
	}
	body["action_link"] = s.link(token.token, strings.TrimSuffix(strings.TrimSuffix(*out.Flow, "_current"), "_new"), target)
	body["email_otp"], body["hashed_token"], body["verification_type"], body["redirect_to"] = token.code, token.token, *out.Flow, target
	noStore(c)
	return c.JSON(http.StatusOK, body)
}

// audit is GET /admin/audit.
func (s *Service) audit(c echo.Context) error {
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	var scope, text *string
	if query := sanitize(c.QueryParam("query")); query != "" {
		before, after, _ := strings.Cut(query, ":")
		scope, text = &before, &after
	}
	out, err := asAdmin[counted](s, c, adminAuditSQL, page.number, page.size, scope, text)
	if err != nil {
		return err
	}
	return page.reply(c, out)
}
