package oauth

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
)

const authorizeSQL = `select status, body, redirect_uri, params from oauth.authorize(_id => $1, _client_id => $2, _redirect_uri => $3,
  _response_type => $4, _scope => $5, _state => $6, _nonce => $7, _code_challenge => $8, _code_challenge_method => $9)`

const consentSQL = `select status, body, redirect_uri, params, approved
from oauth.consent(_user_id => $1, _session_id => $2, _id => $3, _action => $4, _code_hash => $5)`

const (
	grantsSQL      = `select status, body from oauth.grants_list(_user_id => $1, _session_id => $2)`
	grantRevokeSQL = `select status, body from oauth.grant_revoke(_user_id => $1, _session_id => $2, _client_id => $3, _ip => $4)`
)

// directed is an outcome that may send the browser to the client.
type directed struct {
	db.Outcome
	RedirectURI *string
	Params      map[string]string
	Approved    *bool
}

func (s *Service) authorize(c echo.Context) error {
	q := c.QueryParams()
	for name, values := range q {
		if len(values) > 1 {
			return refused(c, http.StatusBadRequest, "invalid_request", name+" is given twice")
		}
	}
	get := func(name string) *string { return text(q.Get(name)) }
	id := uuid.New()
	out, err := db.CallRow[directed](c.Request().Context(), s.Pool, authorizeSQL, id, clientID(q.Get("client_id")), get("redirect_uri"),
		get("response_type"), get("scope"), get("state"), get("nonce"), get("code_challenge"), get("code_challenge_method"))
	if err != nil || out.Status >= http.StatusBadRequest {
		return reply(c, out.Outcome, err)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	if out.RedirectURI == nil {
		return c.Redirect(http.StatusFound, s.consentPage(id))
	}
	target, err := s.back(&out, "")
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusFound, target)
}

// consentPage is where the user is asked: the app's page, or the plain one.
func (s *Service) consentPage(id uuid.UUID) string {
	if s.Config.PagePath != "" {
		return strings.TrimRight(s.SiteURL, "/") + s.Config.PagePath + "?authorization_id=" + id.String()
	}
	return s.Issuer + "/oauth/consent?authorization_id=" + id.String()
}

// back is the client's redirect URI with the answer. iss says who answers, so
// that clients of several servers do not mix them up (RFC 9207).
func (s *Service) back(out *directed, code string) (string, error) {
	u, err := url.Parse(*out.RedirectURI)
	if err != nil {
		return "", err
	}
	q := url.Values{"iss": {s.Issuer}}
	for name, value := range out.Params {
		q.Set(name, value)
	}
	if code != "" {
		q.Set("code", code)
	}
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+q.Encode(), "&")
	return u.String(), nil
}

func (s *Service) show(c echo.Context) error { return s.decide(c, "show") }

func (s *Service) consent(c echo.Context) error {
	var in struct{ Action string }
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	if in.Action != "approve" && in.Action != "deny" {
		return problem.New(http.StatusBadRequest, "validation_failed", "action must be approve or deny")
	}
	return s.decide(c, in.Action)
}

// decide makes a code ahead: only the database knows whether it is due.
func (s *Service) decide(c echo.Context, action string) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	code := newSecret("")
	out, err := db.CallRow[directed](c.Request().Context(), s.Pool, consentSQL, user, session, id, action, s.codeHash(code))
	if err != nil || out.Status != http.StatusOK || out.RedirectURI == nil {
		return reply(c, out.Outcome, err)
	}
	if !*out.Approved {
		code = ""
	}
	target, err := s.back(&out, code)
	if err != nil {
		return err
	}
	return write(c, http.StatusOK, map[string]string{"redirect_url": target})
}

func (s *Service) listGrants(c echo.Context) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	out, err := db.Call(c.Request().Context(), s.Pool, grantsSQL, user, session)
	return reply(c, out, err)
}

func (s *Service) revokeGrant(c echo.Context) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, grantRevokeSQL, user, session, clientID(c.QueryParam("client_id")), ip)
	return reply(c, out, err)
}

func (s *Service) codeHash(code string) []byte { return s.Ring.MAC("oauth code", []byte(code)) }

// metadata is a client's, as JSON for the database.
func (s *Service) metadata(c echo.Context) (json.RawMessage, error) {
	in := map[string]json.RawMessage{}
	if err := s.Decode(c, &in); err != nil {
		return nil, err
	}
	return json.Marshal(in)
}
