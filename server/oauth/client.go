package oauth

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
)

const (
	registerSQL    = `select status, body from oauth.register_client(_id => $1, _metadata => $2, _secret_hash => $3, _ip => $4)`
	adminCreateSQL = `select status, body from oauth.admin_client_create(_id => $1, _metadata => $2, _secret_hash => $3)`
	adminListSQL   = `select status, body from oauth.admin_client_list(_id => $1, _limit => $2, _offset => $3)`
	adminUpdateSQL = `select status, body from oauth.admin_client_update(_id => $1, _metadata => $2, _secret_hash => $3)`
	adminDeleteSQL = `select status, body from oauth.admin_client_delete(_id => $1, _ip => $2)`
)

func newSecret(mark string) string {
	b := make([]byte, 32)
	rand.Read(b)
	return mark + base64.RawURLEncoding.EncodeToString(b)
}

func (s *Service) secretHash(secret string) []byte {
	return s.Ring.MAC("oauth client", []byte(secret))
}

func (s *Service) register(c echo.Context) error {
	if !s.Config.Dynamic {
		return problem.New(http.StatusForbidden, "oauth_dynamic_client_registration_disabled",
			"Clients may not register themselves: set OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION")
	}
	metadata, err := s.metadata(c)
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	secret := newSecret("hs_")
	out, err := db.Call(c.Request().Context(), s.Pool, registerSQL, uuid.New(), metadata, s.secretHash(secret), ip)
	return withSecret(c, out, err, secret)
}

// withSecret shows a client's secret, this one time, if it has one.
func withSecret(c echo.Context, out db.Outcome, err error, secret string) error {
	if err != nil || out.Status >= http.StatusBadRequest {
		return reply(c, out, denied(err))
	}
	var client map[string]any
	if err := json.Unmarshal(out.Body, &client); err != nil {
		return err
	}
	if client["client_type"] == "confidential" {
		client["client_secret"], client["client_secret_expires_at"] = secret, 0
	}
	return write(c, out.Status, client)
}

// denied words what the database says to those whom a function is not granted.
func denied(err error) error {
	if err == nil {
		return nil
	}
	if p := problem.From(err); p.Code == "42501" {
		return &problem.Problem{Status: http.StatusForbidden, Code: "not_admin", Message: "User not allowed", Cause: err}
	}
	return err
}

// asCaller calls a function of the administrator's as whoever asks.
func (s *Service) asCaller(c echo.Context, sql string, args ...any) (db.Outcome, error) {
	caller, err := db.CallerOf(c.Request(), s.Ring, "anon")
	if err != nil {
		return db.Outcome{}, err
	}
	return s.Pool.CallAs(c.Request().Context(), caller, sql, args...)
}

func (s *Service) adminCreate(c echo.Context) error {
	metadata, err := s.metadata(c)
	if err != nil {
		return err
	}
	secret := newSecret("hs_")
	out, err := s.asCaller(c, adminCreateSQL, uuid.New(), metadata, s.secretHash(secret))
	return withSecret(c, out, err, secret)
}

// adminList is all clients, a page at a time, or the one of the path.
func (s *Service) adminList(c echo.Context) error {
	in := struct {
		Page    int `query:"page"`
		PerPage int `query:"per_page"`
	}{Page: 1, PerPage: 50}
	if err := (&echo.DefaultBinder{}).BindQueryParams(c, &in); err != nil {
		return problem.New(http.StatusBadRequest, "validation_failed", "page and per_page must be numbers")
	}
	var id *uuid.UUID
	if c.Param("id") != "" {
		one, err := pathID(c)
		if err != nil {
			return err
		}
		id = &one
	}
	out, err := s.asCaller(c, adminListSQL, id, in.PerPage, (in.Page-1)*in.PerPage)
	return reply(c, out, denied(err))
}

func (s *Service) adminUpdate(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	metadata, err := s.metadata(c)
	if err != nil {
		return err
	}
	out, err := s.asCaller(c, adminUpdateSQL, id, metadata, nil)
	return reply(c, out, denied(err))
}

func (s *Service) adminSecret(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	secret := newSecret("hs_")
	out, err := s.asCaller(c, adminUpdateSQL, id, json.RawMessage("{}"), s.secretHash(secret))
	return withSecret(c, out, err, secret)
}

func (s *Service) adminDelete(c echo.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	out, err := s.asCaller(c, adminDeleteSQL, id, ip)
	return reply(c, out, denied(err))
}
