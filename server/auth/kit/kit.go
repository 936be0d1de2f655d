// Package kit is what auth lends to the packages below it: they serve paths of
// /auth/v1 too and must read callers and write answers in the same way.
package kit

import (
	"encoding/json"
	"net/http"
	"net/netip"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

// Outcome is what functions that start or renew a session answer.
type Outcome struct {
	db.Outcome
	Claims    json.RawMessage
	SessionID *uuid.UUID `json:"session_id"`
	Counter   *int64
}

// Kit is lent by auth.Service.Kit.
type Kit struct {
	Pool     *db.Pool
	Ring     *token.Ring
	Asker    *hooks.Asker    // calls flows that sign in
	Settings json.RawMessage // what sql/auth reads with auth._setting

	Caller func(echo.Context) (user, session uuid.UUID, err error) // the user of the access token
	Client func(echo.Context) (ip *netip.Addr, agent string)
	Decode func(echo.Context, any) error        // a JSON body
	Reply  func(echo.Context, db.Outcome) error // a refusal, or a body
	Grant  func(echo.Context, Outcome) error    // a refusal, or tokens of a session
	Limit  echo.MiddlewareFunc                  // of bodies
}

// With is the settings and more.
func (k *Kit) With(more map[string]any) (json.RawMessage, error) {
	all := map[string]any{}
	if err := json.Unmarshal(k.Settings, &all); err != nil {
		return nil, err
	}
	for name, value := range more {
		all[name] = value
	}
	return json.Marshal(all)
}

// ID is a path parameter that must be a UUID: what is none is not found.
func ID(c echo.Context, name string) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param(name))
	if err != nil {
		return id, problem.New(http.StatusNotFound, "validation_failed", name+" must be a UUID")
	}
	return id, nil
}
