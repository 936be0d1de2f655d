package auth

import (
	"github.com/labstack/echo/v4"
)

const adminFactorsSQL = `select status, body from auth.admin_factors(_user_id => $1)`

const adminFactorUpdateSQL = `select status, body from auth.admin_factor_update(_user_id => $1, _factor_id => $2, _friendly_name => $3, _phone => $4, _ip => $5)`

const adminFactorDeleteSQL = `select status, body from auth.admin_factor_delete(_user_id => $1, _factor_id => $2, _ip => $3)`

const adminPasskeysSQL = `select status, body from auth.admin_passkeys(_user_id => $1)`

const adminPasskeyDeleteSQL = `select status, body from auth.admin_passkey_delete(_user_id => $1, _passkey_id => $2, _ip => $3)`

func (s *Service) adminFactors(c echo.Context) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	return s.adminReply(c, adminFactorsSQL, id)
}

type factorRequest struct {
	FriendlyName *string `json:"friendly_name"`
	Phone        *string `json:"phone"`
}

func (s *Service) adminUpdateFactor(c echo.Context) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	factor, err := pathID(c, "factor_id")
	if err != nil {
		return err
	}
	var in factorRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	ip, _ := client(c)
	return s.adminReply(c, adminFactorUpdateSQL, id, factor, in.FriendlyName, in.Phone, ip)
}

func (s *Service) adminDeleteFactor(c echo.Context) error {
	return s.adminDeletePart(c, "factor_id", adminFactorDeleteSQL)
}

func (s *Service) adminPasskeys(c echo.Context) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	return s.adminReply(c, adminPasskeysSQL, id)
}

func (s *Service) adminDeletePasskey(c echo.Context) error {
	return s.adminDeletePart(c, "passkey_id", adminPasskeyDeleteSQL)
}

// adminDeletePart deletes something of a user.
func (s *Service) adminDeletePart(c echo.Context, param, sql string) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	part, err := pathID(c, param)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	return s.adminReply(c, sql, id, part, ip)
}
