package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/jackc/pgx/v5"

	"howdah/server/auth"
	"howdah/server/config"
	"howdah/server/db"
)

const adminUserCreateSQL = `select status, body from auth.admin_user_create(_input => $1, _ip => null)`

const bootstrapAdminSQL = `select orgs.bootstrap_admin(_email => $1, _password_hash => $2, _role => $3) as body`

const firstAdminSQL = `select orgs.first_admin(_email => $1, _password_hash => $2) as body`

// NewUser is somebody to be made from outside the API.
type NewUser struct {
	Email, Password string
	Role            string          // that holds everywhere; empty for none
	Metadata        json.RawMessage // app_metadata, without a role
}

// CreateUser makes a user on the owner's connection: no server need run. With a
// role, somebody who is there gets it, and the password.
func CreateUser(ctx context.Context, c *config.Config, stand *Stand, u NewUser) (json.RawMessage, error) {
	hash, err := auth.HashPassword(ctx, c.Auth, c.Server.SiteURL, u.Email, u.Password)
	if err != nil {
		return nil, err
	}
	if u.Role != "" {
		return askOwner(ctx, stand.OwnerURL, bootstrapAdminSQL, u.Email, hash, u.Role)
	}
	input := map[string]any{"email": u.Email, "password_hash": hash, "email_confirm": true}
	if u.Metadata != nil {
		input["app_metadata"] = u.Metadata
	}
	return askOwner(ctx, stand.OwnerURL, adminUserCreateSQL, input)
}

// firstAdmin makes the superadmin whom the environment names, unless there is one.
func firstAdmin(ctx context.Context, c *config.Config, ownerURL string) error {
	if c.Admin.Email == "" {
		return nil
	}
	hash, err := auth.HashPassword(ctx, c.Auth, c.Server.SiteURL, c.Admin.Email, c.Admin.Password.Reveal())
	if err == nil {
		_, err = askOwner(ctx, ownerURL, firstAdminSQL, c.Admin.Email, hash)
	}
	if err != nil {
		return fmt.Errorf("HOWDAH_ADMIN_EMAIL: %w", err)
	}
	return nil
}

// askOwner calls a function as the owner of the database.
func askOwner(ctx context.Context, url, sql string, args ...any) (json.RawMessage, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	out, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByNameLax[db.Outcome])
	if err != nil {
		return nil, err
	}
	if out.Status >= http.StatusBadRequest {
		var no struct{ Code, Message string }
		return nil, errors.Join(json.Unmarshal(out.Body, &no), fmt.Errorf("%s (%s)", no.Message, no.Code))
	}
	return out.Body, nil
}
