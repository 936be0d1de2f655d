package auth

import (
	"cmp"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

const userGetSQL = `select status, body from auth.user_get(_user_id => $1, _session_id => $2)`

const signOutSQL = `select status, body from auth.sign_out(_user_id => $1, _session_id => $2, _scope => $3, _ip => $4)`

func (s *Service) user(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	out, err := db.Call(c.Request().Context(), s.Pool, userGetSQL, user, session)
	if err != nil {
		return err
	}
	return reply(c, out)
}

func (s *Service) signOut(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	scope := sanitize(cmp.Or(c.QueryParam("scope"), "global"))
	out, err := db.Call(c.Request().Context(), s.Pool, signOutSQL, user, session, scope, ip)
	if err != nil {
		return err
	}
	return reply(c, out)
}
