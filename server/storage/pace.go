package storage

import (
	"encoding/json"
	"errors"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
)

const uploadHitSQL = `select status, body from storage.upload_hit(_role => $1, _user_id => $2, _ip => $3, _limit => $4)`

// pace counts an upload that begins, where a limit is set: a call of its own,
// for it must count what is then refused. A nil caller holds a link.
func (s *Service) pace(c echo.Context, as *db.Caller) error {
	if s.Config.UploadsPerMinute == 0 {
		return nil
	}
	if as == nil {
		as = &db.Caller{}
	}
	out, err := db.Call(c.Request().Context(), s.Pool, uploadHitSQL, as.Role, as.UserID, c.RealIP(), s.Config.UploadsPerMinute)
	if err != nil {
		return err
	}
	var told struct{ Wait int }
	if err := json.Unmarshal(out.Body, &told); err != nil {
		return err
	}
	_, err = accepted(out, nil)
	var no *problem.Problem
	if errors.As(err, &no) {
		no.RetryAfter = told.Wait
	}
	return err
}
