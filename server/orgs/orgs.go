// Package orgs serves organizations, their members and roles below /orgs/v1.
// The rules are functions in sql/orgs, called as the caller.
package orgs

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

const (
	listOrgsSQL     = `select status, body from orgs.list_orgs(_org_id => $1)`
	createOrgSQL    = `select status, body from orgs.create_org(_name => $1, _slug => $2)`
	updateOrgSQL    = `select status, body from orgs.update_org(_org_id => $1, _name => $2, _metadata => $3)`
	deleteOrgSQL    = `select status, body from orgs.delete_org(_org_id => $1)`
	listMembersSQL  = `select status, body from orgs.list_members(_org_id => $1, _limit => $2, _offset => $3)`
	setRoleSQL      = `select status, body from orgs.set_role(_org_id => $1, _user_id => $2, _role => $3)`
	inviteSQL       = `select status, body from orgs.invite_member(_org_id => $1, _email => $2, _role => $3, _token_hash => $4, _sealed => $5, _site_url => $6)`
	listInvitesSQL  = `select status, body from orgs.list_invites(_org_id => $1)`
	revokeInviteSQL = `select status, body from orgs.revoke_invite(_org_id => $1, _id => $2)`
	acceptInviteSQL = `select status, body from orgs.accept_invite(_token_hash => $1)`
	listRolesSQL    = `select status, body from orgs.list_roles()`
	defineRoleSQL   = `select status, body from orgs.define_role(_name => $1, _description => $2, _permissions => $3)`
	assignRoleSQL   = `select status, body from orgs.assign_role(_user_id => $1, _role => $2, _granted => $3)`
	permissionsSQL  = `select status, body from orgs.my_permissions(_org_id => $1)`
)

// Deps is what a Service is made of. Decode and Limit are auth's, lent.
type Deps struct {
	Pool     *db.Pool
	Ring     *token.Ring
	AnonRole string
	SiteURL  string
	Decode   func(echo.Context, any) error
	Limit    echo.MiddlewareFunc
}

// Service answers /orgs/v1.
type Service struct{ Deps }

// New makes a Service.
func New(d Deps) *Service { return &Service{d} }

// Mount adds the routes.
func (s *Service) Mount(e *echo.Echo) {
	for _, route := range []struct {
		method, path string
		handler      echo.HandlerFunc
		says         string // whose it is, and what it does: the OpenAPI document reads it
	}{
		{http.MethodGet, "/orgs", s.listOrgs, "user: The caller's organizations."},
		{http.MethodPost, "/orgs", s.createOrg, "user: Makes an organization."},
		{http.MethodGet, "/orgs/:org", s.listOrgs, "user: An organization."},
		{http.MethodPatch, "/orgs/:org", s.updateOrg, "user: Changes an organization."},
		{http.MethodDelete, "/orgs/:org", s.byOrg(deleteOrgSQL), "user: Deletes an organization."},
		{http.MethodGet, "/orgs/:org/members", s.listMembers, "user: Who belongs to an organization."},
		{http.MethodPut, "/orgs/:org/members/:user", s.setRole, "user: Changes a member's role."},
		{http.MethodDelete, "/orgs/:org/members/:user", s.setRole, "user: Removes a member."},
		{http.MethodGet, "/orgs/:org/invites", s.byOrg(listInvitesSQL), "user: Invites that are out."},
		{http.MethodPost, "/orgs/:org/invites", s.invite, "user: Invites somebody by mail."},
		{http.MethodDelete, "/orgs/:org/invites/:invite", s.revokeInvite, "user: Takes an invite back."},
		{http.MethodPost, "/invites/accept", s.accept, "user: Accepts an invite."},
		{http.MethodGet, "/roles", s.listRoles, "user: Roles and their permissions."},
		{http.MethodPut, "/roles/:role", s.defineRole, "user: Defines a role (roles:manage)."},
		{http.MethodDelete, "/roles/:role", s.defineRole, "user: Removes a role (roles:manage)."},
		{http.MethodPut, "/users/:user/roles/:role", s.assignRole, "user: Gives a role that holds everywhere (roles:manage)."},
		{http.MethodDelete, "/users/:user/roles/:role", s.assignRole, "user: Takes a role that holds everywhere (roles:manage)."},
		{http.MethodGet, "/me/permissions", s.permissions, "user: What the caller may do."},
	} {
		e.Add(route.method, "/orgs/v1"+route.path, route.handler, s.Limit).Name = route.says
	}
}

// call runs a function as the caller and writes what it answered.
func (s *Service) call(c echo.Context, sql string, args ...any) error {
	caller, err := db.CallerOf(c.Request(), s.Ring, s.AnonRole)
	if err != nil {
		return err
	}
	out, err := s.Pool.CallAs(c.Request().Context(), caller, sql, args...)
	switch {
	case err != nil && caller.Role == s.AnonRole && problem.From(err).Code == "42501":
		p := problem.New(http.StatusUnauthorized, "no_authorization", "Sign in first")
		p.Header, p.Cause = http.Header{echo.HeaderWWWAuthenticate: {"Bearer"}}, err
		return p
	case err != nil:
		return err
	case out.Status == http.StatusNoContent:
		return c.NoContent(http.StatusNoContent)
	case out.Status < http.StatusBadRequest:
		return c.JSONBlob(out.Status, out.Body)
	}
	var no struct{ Code, Message, Hint string }
	if err := json.Unmarshal(out.Body, &no); err != nil {
		return err
	}
	return &problem.Problem{Status: out.Status, Code: no.Code, Message: no.Message, Hint: no.Hint}
}

// id is a path parameter; what is no UUID is nobody's.
func id(c echo.Context, name string) *uuid.UUID {
	id, err := uuid.Parse(c.Param(name))
	if err != nil {
		return new(uuid.UUID)
	}
	return &id
}

// text is a path parameter that the database can store.
func text(c echo.Context, name string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(c.Param(name), "\uFFFD"), "\x00", "\uFFFD")
}

func (s *Service) byOrg(sql string) echo.HandlerFunc {
	return func(c echo.Context) error { return s.call(c, sql, id(c, "org")) }
}

func (s *Service) listOrgs(c echo.Context) error {
	if c.Param("org") == "" {
		return s.call(c, listOrgsSQL, nil)
	}
	return s.call(c, listOrgsSQL, id(c, "org"))
}

func (s *Service) createOrg(c echo.Context) error {
	var in struct{ Name, Slug *string }
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	return s.call(c, createOrgSQL, in.Name, in.Slug)
}

func (s *Service) updateOrg(c echo.Context) error {
	var in struct {
		Name     *string
		Metadata json.RawMessage
	}
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	return s.call(c, updateOrgSQL, id(c, "org"), in.Name, in.Metadata)
}

func (s *Service) listMembers(c echo.Context) error {
	in := struct {
		Limit  int `query:"limit"`
		Offset int `query:"offset"`
	}{Limit: 100}
	if err := (&echo.DefaultBinder{}).BindQueryParams(c, &in); err != nil {
		return problem.New(http.StatusBadRequest, "validation_failed", "limit and offset must be numbers")
	}
	return s.call(c, listMembersSQL, id(c, "org"), in.Limit, in.Offset)
}

// setRole is PUT with a role, and DELETE without.
func (s *Service) setRole(c echo.Context) error {
	var in struct{ Role *string }
	if c.Request().Method == http.MethodPut {
		if err := s.Decode(c, &in); err != nil {
			return err
		}
		if in.Role == nil {
			return problem.New(http.StatusBadRequest, "validation_failed", "role is required")
		}
	}
	return s.call(c, setRoleSQL, id(c, "org"), id(c, "user"), in.Role)
}

// invite makes the link's token: the database keeps its hash, and the mail
// that waits to be sent an encrypted copy.
func (s *Service) invite(c echo.Context) error {
	var in struct{ Email, Role *string }
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	secret := newToken()
	link := strings.TrimRight(s.SiteURL, "/") + "/?" + url.Values{"org_invite": {secret}}.Encode()
	plain, err := json.Marshal(map[string]string{"confirmation_url": link, "token": secret})
	if err != nil {
		return err
	}
	sealed, err := s.Ring.Seal("mail", plain)
	if err != nil {
		return err
	}
	return s.call(c, inviteSQL, id(c, "org"), in.Email, in.Role, s.tokenHash(secret), sealed, s.SiteURL)
}

func (s *Service) revokeInvite(c echo.Context) error {
	return s.call(c, revokeInviteSQL, id(c, "org"), id(c, "invite"))
}

func (s *Service) accept(c echo.Context) error {
	var in struct{ Token string }
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	return s.call(c, acceptInviteSQL, s.tokenHash(in.Token))
}

func (s *Service) listRoles(c echo.Context) error { return s.call(c, listRolesSQL) }

// defineRole is PUT with permissions, and DELETE without.
func (s *Service) defineRole(c echo.Context) error {
	var in struct {
		Description *string
		Permissions []string
	}
	if c.Request().Method == http.MethodPut {
		if err := s.Decode(c, &in); err != nil {
			return err
		}
		if in.Permissions == nil {
			return problem.New(http.StatusBadRequest, "validation_failed", "permissions is required")
		}
	}
	return s.call(c, defineRoleSQL, text(c, "role"), in.Description, in.Permissions)
}

func (s *Service) assignRole(c echo.Context) error {
	return s.call(c, assignRoleSQL, id(c, "user"), text(c, "role"), c.Request().Method == http.MethodPut)
}

func (s *Service) permissions(c echo.Context) error {
	if c.QueryParam("org_id") == "" {
		return s.call(c, permissionsSQL, nil)
	}
	org, err := uuid.Parse(c.QueryParam("org_id"))
	if err != nil {
		return problem.New(http.StatusBadRequest, "validation_failed", "org_id must be a UUID")
	}
	return s.call(c, permissionsSQL, org)
}
