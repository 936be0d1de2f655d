package outbound

import (
	"strings"

	"github.com/labstack/echo/v4"

	"howdah/server/jobs/door"
)

const listSecretsSQL = `select status, body from net.list_secrets()`

func (s *Service) listSecrets(c echo.Context) error { return s.Door.Call(c, listSecretsSQL) }

const setSecretSQL = `select status, body from net.set_secret(_name => $1, _sealed => $2)`

// setSecret seals the value before the database sees it.
func (s *Service) setSecret(c echo.Context) error {
	var in struct{ Value string }
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	if in.Value == "" || len(in.Value) > 8192 || strings.ContainsFunc(in.Value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return door.Bad("The value is one line of 1 to 8192 characters.")
	}
	sealed, err := s.Ring.Seal(secretPurpose, []byte(in.Value))
	if err != nil {
		return err
	}
	return s.Door.Call(c, setSecretSQL, c.Param("name"), sealed)
}

const deleteSecretSQL = `select status, body from net.delete_secret(_name => $1)`

func (s *Service) deleteSecret(c echo.Context) error {
	return s.Door.Call(c, deleteSecretSQL, c.Param("name"))
}
