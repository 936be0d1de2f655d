package mfa

import (
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/auth/kit"
	"howdah/server/db"
)

const recoverySetSQL = `select status, body from auth.mfa_recovery_set(_user_id => $1, _session_id => $2, _code_hashes => $3, _ip => $4)`

const recoveryUseSQL = `select status, body, claims, session_id, counter
from auth.mfa_recovery_use(_user_id => $1, _session_id => $2, _code_hash => $3, _ip => $4, _settings => $5)`

const recoveryCodes = 10

// regenerate makes new recovery codes, shown this once. The old ones are void.
func (s *Service) regenerate(c echo.Context) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	codes, hashes := make([]string, recoveryCodes), make([][]byte, recoveryCodes)
	for i := range codes {
		text := strings.ToLower(rand.Text()[:16]) // 80 bits
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		hashes[i] = s.recoveryHash(user, codes[i])
	}
	ip, _ := s.Client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, recoverySetSQL, user, session, hashes, ip)
	if err != nil || out.Status != http.StatusOK {
		return s.reply(c, out, err)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, map[string]any{"codes": codes})
}

func (s *Service) recover(c echo.Context) error {
	var in struct{ Code string }
	user, session, err := s.begin(c, &in)
	if err != nil {
		return err
	}
	if in.Code == "" {
		return invalid("code is required")
	}
	ip, _ := s.Client(c)
	out, err := hooks.Call[kit.Outcome](c.Request().Context(), s.Asker, nil, recoveryUseSQL, user, session, s.recoveryHash(user, in.Code), ip, s.settings)
	if err != nil {
		return err
	}
	return s.Grant(c, out)
}

// recoveryHash forgives how a code was typed: case, blanks and dashes.
func (s *Service) recoveryHash(user uuid.UUID, code string) []byte {
	plain := strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(code))
	return s.Ring.MAC("mfa.recovery", append(user[:], plain...))
}
