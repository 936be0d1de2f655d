// Package keys serves API keys below /auth/v1 and counts their use. The rules
// are functions in sql/auth/keys; here the key itself is made, shown once and
// forgotten.
package keys

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/kit"
	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

const createSQL = `select status, body from auth.api_key_create(_user_id => $1, _session_id => $2, _name => $3, _prefix => $4,
  _key_hash => $5, _scopes => $6, _expires_at => $7, _ip => $8)`

const adminCreateSQL = `select status, body from auth.admin_api_key_create(_user_id => $1, _name => $2, _prefix => $3, _key_hash => $4,
  _scopes => $5, _tier => $6, _expires_at => $7, _ip => $8)`

const (
	listSQL        = `select status, body from auth.api_key_list(_user_id => $1, _session_id => $2)`
	revokeSQL      = `select status, body from auth.api_key_revoke(_user_id => $1, _session_id => $2, _id => $3, _forget => $4, _ip => $5)`
	reportSQL      = `select status, body from auth.api_key_report(_user_id => $1, _session_id => $2, _id => $3, _since => $4)`
	adminListSQL   = `select status, body from auth.admin_api_key_list(_user_id => $1, _limit => $2, _offset => $3)`
	adminRevokeSQL = `select status, body from auth.admin_api_key_revoke(_id => $1, _ip => $2)`
)

// Service answers /api-keys and /admin/api-keys.
type Service struct {
	*kit.Kit
}

// New makes a Service.
func New(k *kit.Kit) *Service { return &Service{Kit: k} }

// Mount adds the routes, the users' under their older names too.
func (s *Service) Mount(e *echo.Echo) {
	for _, base := range []string{"/auth/v1/api-keys", "/auth/v1/keys", "/auth/api-keys"} {
		e.POST(base, s.create, s.Limit).Name = "user: Makes an API key, shown once."
		e.GET(base, s.list, s.Limit).Name = "user: The API keys of the caller."
		e.GET(base+"/usage", s.report, s.Limit).Name = "user: How the caller's API keys were used."
		e.GET(base+"/:key/usage", s.report, s.Limit).Name = "user: How an API key was used."
		e.POST(base+"/:key/revoke", s.revoke, s.Limit).Name = "user: Ends an API key; its use stays on record."
		e.DELETE(base+"/:key", s.forget, s.Limit).Name = "user: Deletes an API key and its record."
	}
	e.POST("/auth/v1/admin/api-keys", s.adminCreate, s.Limit).Name = "admin: Makes an API key of a user or of the service, shown once."
	e.GET("/auth/v1/admin/api-keys", s.adminList, s.Limit).Name = "admin: All API keys, or a user's."
	e.DELETE("/auth/v1/admin/api-keys/:key", s.adminRevoke, s.Limit).Name = "admin: Ends an API key."
}

type wanted struct {
	Name      *string    `json:"name"`
	Scopes    []string   `json:"scopes"`
	ExpiresAt *time.Time `json:"expires_at"`
	Tier      *string    `json:"tier"`
	UserID    *uuid.UUID `json:"user_id"`
}

func (s *Service) create(c echo.Context) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	var in wanted
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	ip, _ := s.Client(c)
	return s.make(c, func(k token.APIKey) (db.Outcome, error) {
		return db.Call(c.Request().Context(), s.Pool, createSQL, user, session, in.Name, k.Prefix, k.MAC, in.Scopes, in.ExpiresAt, ip)
	})
}

func (s *Service) adminCreate(c echo.Context) error {
	caller, err := db.CallerOf(c.Request(), s.Ring, "anon")
	if err != nil {
		return err
	}
	var in wanted
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	ip, _ := s.Client(c)
	return s.make(c, func(k token.APIKey) (db.Outcome, error) {
		return s.Pool.CallAs(c.Request().Context(), caller, adminCreateSQL, in.UserID, in.Name, k.Prefix, k.MAC, in.Scopes, in.Tier, in.ExpiresAt, ip)
	})
}

// make tries another key when the prefix is taken, which one in 10^12 is, and
// shows the key that was kept.
func (s *Service) make(c echo.Context, keep func(token.APIKey) (db.Outcome, error)) error {
	text, key := s.Ring.NewAPIKey()
	out, err := keep(key)
	if err == nil && out.Status == http.StatusConflict {
		text, key = s.Ring.NewAPIKey()
		out, err = keep(key)
	}
	if err != nil {
		return denied(err)
	}
	if out.Status != http.StatusCreated {
		return s.Reply(c, out)
	}
	var answer map[string]any
	if err := json.Unmarshal(out.Body, &answer); err != nil {
		return err
	}
	answer["key"] = text
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusCreated, answer)
}

// denied words what the database says to those whom a function is not granted.
func denied(err error) error {
	if p := problem.From(err); p.Code == "42501" {
		return &problem.Problem{Status: http.StatusForbidden, Code: "not_admin", Message: "User not allowed", Cause: err}
	}
	return err
}

func (s *Service) list(c echo.Context) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	return s.reply(c)(db.Call(c.Request().Context(), s.Pool, listSQL, user, session))
}

func (s *Service) revoke(c echo.Context) error { return s.end(c, false) }
func (s *Service) forget(c echo.Context) error { return s.end(c, true) }

func (s *Service) end(c echo.Context, forget bool) error {
	id, err := kit.ID(c, "key")
	if err != nil {
		return err
	}
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	return s.reply(c)(db.Call(c.Request().Context(), s.Pool, revokeSQL, user, session, id, forget, ip))
}

// report is GET …/{key}/usage and, for all keys, …/usage; ?since is a time.
func (s *Service) report(c echo.Context) error {
	var id *uuid.UUID
	if c.Param("key") != "" {
		one, err := kit.ID(c, "key")
		if err != nil {
			return err
		}
		id = &one
	}
	var since *time.Time
	if text := c.QueryParam("since"); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return problem.New(http.StatusBadRequest, "validation_failed", "since must be a time like 2026-01-31T00:00:00Z")
		}
		since = &at
	}
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	return s.reply(c)(db.Call(c.Request().Context(), s.Pool, reportSQL, user, session, id, since))
}

func (s *Service) adminList(c echo.Context) error {
	in := struct {
		UserID *uuid.UUID `query:"user_id"`
		Limit  int        `query:"limit"`
		Offset int        `query:"offset"`
	}{Limit: 100}
	if err := (&echo.DefaultBinder{}).BindQueryParams(c, &in); err != nil {
		return problem.New(http.StatusBadRequest, "validation_failed", "user_id must be a UUID, limit and offset numbers")
	}
	caller, err := db.CallerOf(c.Request(), s.Ring, "anon")
	if err != nil {
		return err
	}
	return s.reply(c)(s.Pool.CallAs(c.Request().Context(), caller, adminListSQL, in.UserID, in.Limit, in.Offset))
}

func (s *Service) adminRevoke(c echo.Context) error {
	id, err := kit.ID(c, "key")
	if err != nil {
		return err
	}
	caller, err := db.CallerOf(c.Request(), s.Ring, "anon")
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	return s.reply(c)(s.Pool.CallAs(c.Request().Context(), caller, adminRevokeSQL, id, ip))
}

func (s *Service) reply(c echo.Context) func(db.Outcome, error) error {
	return func(out db.Outcome, err error) error {
		if err != nil {
			return denied(err)
		}
		return s.Reply(c, out)
	}
}
