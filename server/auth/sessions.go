package auth

import (
	"cmp"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

const sessionListSQL = `select status, body from auth.session_list(_user_id => $1, _session_id => $2)`

const sessionRevokeSQL = `select status, body from auth.session_revoke(_user_id => $1, _session_id => $2, _target => $3, _ip => $4)`

const adminSessionsSQL = `select status, body from auth.admin_sessions(_user_id => $1)`

const adminSignOutSQL = `select status, body from auth.admin_sign_out(_user_id => $1, _session_id => $2, _ip => $3)`

const adminTokenSQL = `select status, body, claims, session_id, counter from auth.admin_token(_user_id => $1, _kind => $2, _actor => $3,
	_reason => $4, _claims => $5, _seconds => $6, _ip => $7, _user_agent => $8, _settings => $9)`

func (s *Service) listSessions(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	out, err := db.Call(c.Request().Context(), s.Pool, sessionListSQL, user, session)
	if err != nil {
		return err
	}
	return reply(c, out)
}

func (s *Service) revokeSession(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	target, err := pathID(c, "session_id")
	if err != nil {
		return err
	}
	ip, _ := client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, sessionRevokeSQL, user, session, target, ip)
	if err != nil {
		return err
	}
	return reply(c, out)
}

// revokeOthers is DELETE /sessions: every session but the caller's.
func (s *Service) revokeOthers(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, signOutSQL, user, session, "others", ip)
	if err != nil {
		return err
	}
	return reply(c, out)
}

func (s *Service) adminSessions(c echo.Context) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	return s.adminReply(c, adminSessionsSQL, id)
}

func (s *Service) adminSignOut(c echo.Context) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	return s.adminReply(c, adminSignOutSQL, id, nil, ip)
}

func (s *Service) adminRevokeSession(c echo.Context) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	session, err := pathID(c, "session_id")
	if err != nil {
		return err
	}
	ip, _ := client(c)
	return s.adminReply(c, adminSignOutSQL, id, session, ip)
}

type actRequest struct {
	Reason    *string         `json:"reason"`
	Actor     *string         `json:"actor"`
	Claims    json.RawMessage `json:"claims"`
	ExpiresIn int             `json:"expires_in"`
}

// impersonate is POST /admin/users/{id}/impersonate: a person acts as a user,
// with a reason and for a quarter of an hour at most.
func (s *Service) impersonate(c echo.Context) error { return s.actAs(c, "impersonation", 900) }

// mintToken is POST /admin/users/{id}/token: a trusted server acts as a user.
func (s *Service) mintToken(c echo.Context) error { return s.actAs(c, "minted", 3600) }

func (s *Service) actAs(c echo.Context, kind string, seconds int) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	var in actRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if err := isObject(in.Claims); err != nil {
		return err
	}
	ip, agent := client(c)
	out, err := asAdmin[outcome](s, c, adminTokenSQL, id, kind, in.Actor, in.Reason, object(in.Claims), cmp.Or(in.ExpiresIn, seconds), ip, agent, s.settings)
	if err != nil {
		return err
	}
	if out.Status != http.StatusOK {
		return refusal(out.Outcome)
	}
	tokens, err := s.tokens(out)
	if err != nil {
		return err
	}
	tokens.RefreshToken = "" // it ends with its time
	noStore(c)
	return c.JSON(http.StatusOK, tokens)
}
