package auth

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/db"
	"howdah/server/token"
)

const adminUserGetSQL = `select status, body from auth.admin_user_get(_user_id => $1)`

const adminUserListSQL = `select status, body, total from auth.admin_user_list(_page => $1, _per_page => $2, _filter => $3, _ascending => $4)`

const adminUserCreateSQL = `select status, body from auth.admin_user_create(_input => $1, _ip => $2)`

const adminUserUpdateSQL = `select status, body from auth.admin_user_update(_user_id => $1, _input => $2, _ip => $3)`

const adminUserDeleteSQL = `select status, body from auth.admin_user_delete(_user_id => $1, _soft => $2, _ip => $3)`

// asAdmin runs one of the admin API's functions as the caller: that only
// service_role may call them is a grant in the database.
func asAdmin[T any](s *Service, c echo.Context, sql string, args ...any) (T, error) {
	var none T
	caller, err := db.CallerOf(c.Request(), s.Ring, "anon")
	var refused *token.Error
	switch {
	case errors.As(err, &refused):
		return none, refuse(http.StatusForbidden, "bad_jwt", "invalid JWT: "+err.Error())
	case err != nil:
		return none, err
	case caller.Role == "anon" && c.Request().Header.Get(echo.HeaderAuthorization) == "" && c.Request().Header.Get("Apikey") == "":
		return none, refuse(http.StatusUnauthorized, "no_authorization", "This endpoint requires a valid Bearer token")
	}
	c.Set("role", caller.Role)
	out, err := hooks.Call[T](c.Request().Context(), s.asker, caller, sql, args...)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42501" {
		return none, refuse(http.StatusForbidden, "not_admin", "User not allowed")
	}
	return out, err
}

// adminReply runs a function as the caller and writes what it answers.
func (s *Service) adminReply(c echo.Context, sql string, args ...any) error {
	out, err := asAdmin[db.Outcome](s, c, sql, args...)
	if err != nil {
		return err
	}
	return reply(c, out)
}

type adminUserRequest struct {
	ID           *string         `json:"id"`
	Aud          *string         `json:"aud"`
	Role         *string         `json:"role"`
	Email        *string         `json:"email"`
	Phone        *string         `json:"phone"`
	Password     *string         `json:"password"`
	PasswordHash *string         `json:"password_hash"`
	EmailConfirm bool            `json:"email_confirm"`
	PhoneConfirm bool            `json:"phone_confirm"`
	UserMetadata json.RawMessage `json:"user_metadata"`
	AppMetadata  json.RawMessage `json:"app_metadata"`
	BanDuration  *string         `json:"ban_duration"`
}

// input is what the database is given: the password hashed, the ban in seconds.
func (in *adminUserRequest) input(s *Service, c echo.Context) (json.RawMessage, error) {
	out := map[string]any{}
	for name, value := range map[string]*string{"id": in.ID, "aud": in.Aud, "role": in.Role, "email": in.Email, "phone": in.Phone} {
		if !empty(value) {
			out[name] = *value
		}
	}
	if in.ID != nil && uuid.Validate(*in.ID) != nil {
		return nil, invalid("ID must conform to the uuid v4 format")
	}
	for name, value := range map[string]json.RawMessage{"user_metadata": in.UserMetadata, "app_metadata": in.AppMetadata} {
		if err := isObject(value); err != nil {
			return nil, err
		}
		if len(value) > 0 {
			out[name] = value
		}
	}
	for name, value := range map[string]bool{"email_confirm": in.EmailConfirm, "phone_confirm": in.PhoneConfirm} {
		if value {
			out[name] = true
		}
	}
	if err := in.password(s, c, out); err != nil {
		return nil, err
	}
	if in.BanDuration != nil {
		seconds, err := banSeconds(*in.BanDuration)
		if err != nil {
			return nil, err
		}
		out["ban_seconds"] = seconds
	}
	return json.Marshal(out)
}

func (in *adminUserRequest) password(s *Service, c echo.Context, out map[string]any) error {
	switch {
	case !empty(in.Password) && !empty(in.PasswordHash):
		return invalid("Only a password or a password hash should be provided")
	case !empty(in.PasswordHash):
		if !knownHash(*in.PasswordHash) {
			return invalid("The password hash must be argon2id or argon2i in PHC form, bcrypt, scrypt$N$r$p$salt$key or $fbscrypt$")
		}
		out["password_hash"] = *in.PasswordHash
	case !empty(in.Password):
		if len(*in.Password) > longestPass {
			return invalid("Password is too long")
		}
		hash, err := s.hashNew(c.Request().Context(), *in.Password)
		if err != nil {
			return err
		}
		out["password_hash"] = *hash
	}
	return nil
}

func banSeconds(text string) (float64, error) {
	if text == "none" || text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, invalid("invalid format for ban duration: use a duration such as 24h, or none")
	}
	return d.Seconds(), nil
}

func (s *Service) adminCreateUser(c echo.Context) error {
	var in adminUserRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	input, err := in.input(s, c)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	return s.adminReply(c, adminUserCreateSQL, input, ip)
}

func (s *Service) adminUpdateUser(c echo.Context) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	var in adminUserRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if !empty(in.Password) {
		if err := s.policy.check(c.Request().Context(), *in.Password, in.Email, in.Phone); err != nil {
			return err
		}
	}
	in.ID, in.Aud, in.PasswordHash = nil, nil, nil
	input, err := in.input(s, c)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	return s.adminReply(c, adminUserUpdateSQL, id, input, ip)
}

func (s *Service) adminGetUser(c echo.Context) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	return s.adminReply(c, adminUserGetSQL, id)
}

type adminDeleteRequest struct {
	SoftDelete bool `json:"should_soft_delete"`
}

func (s *Service) adminDeleteUser(c echo.Context) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	var in adminDeleteRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	ip, _ := client(c)
	return s.adminReply(c, adminUserDeleteSQL, id, in.SoftDelete, ip)
}

func userID(c echo.Context) (uuid.UUID, error) { return pathID(c, "user_id") }

// pathID is a UUID in the path; what is none is nobody's.
func pathID(c echo.Context, name string) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param(name))
	if err != nil {
		return id, refuse(http.StatusNotFound, "validation_failed", name+" must be an UUID")
	}
	return id, nil
}

func (s *Service) adminListUsers(c echo.Context) error {
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	ascending := strings.HasSuffix(strings.ToLower(strings.TrimSpace(c.QueryParam("sort"))), " asc")
	out, err := asAdmin[counted](s, c, adminUserListSQL, page.number, page.size, sanitize(c.QueryParam("filter")), ascending)
	if err != nil {
		return err
	}
	return page.reply(c, out)
}
