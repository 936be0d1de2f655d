// Package oauth makes Howdah an OAuth 2.1 authorization server and OpenID
// provider (RFC 6749, 7009, 7591, 7662, 8414, 9207). The rules are functions in
// sql/oauth; Go speaks HTTP, makes codes and secrets and signs tokens.
package oauth

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

// Deps is what a Service is made of. The functions are auth's, lent.
type Deps struct {
	Pool     *db.Pool
	Ring     *token.Ring
	Config   config.OAuth
	Settings json.RawMessage // of auth: issuer and lifetimes
	Issuer   string
	SiteURL  string

	Ask    func(ctx context.Context, sql string, args ...any) (json.RawMessage, error) // nil answer: call without
	Caller func(echo.Context) (user, session uuid.UUID, err error)
	Client func(echo.Context) (ip *netip.Addr, agent string)
	Decode func(echo.Context, any) error
	Limit  echo.MiddlewareFunc
}

// Service answers /auth/v1/oauth and the discovery documents.
type Service struct{ Deps }

// New makes a Service.
func New(d Deps) *Service { return &Service{d} }

// Mount adds the routes. Discovery is served even where the server is off:
// verifiers of the app's own tokens read it.
func (s *Service) Mount(e *echo.Echo) {
	for _, route := range []struct {
		method, path string
		handler      echo.HandlerFunc
		says         string // whose it is, and what it does: the OpenAPI document reads it
	}{
		{http.MethodGet, "/oauth/authorize", s.authorize, "public: Begins an authorization of an app."},
		{http.MethodGet, "/oauth/consent", s.page, "public: The plain page that asks for consent."},
		{http.MethodGet, "/oauth/authorizations/:id", s.show, "user: What an app asks for."},
		{http.MethodPost, "/oauth/authorizations/:id/consent", s.consent, "user: Approves or denies what an app asks for."},
		{http.MethodPost, "/oauth/token", s.token, "client: Trades a code or a refresh token for tokens."},
		{http.MethodPost, "/oauth/revoke", s.revoke, "client: Ends a token (RFC 7009)."},
		{http.MethodPost, "/oauth/introspect", s.introspect, "client: What a token is worth (RFC 7662)."},
		{http.MethodGet, "/oauth/userinfo", s.userinfo, "user: The claims of the user whose token it is."},
		{http.MethodPost, "/oauth/userinfo", s.userinfo, "user: The claims of the user whose token it is, asked for by POST."},
		{http.MethodPost, "/oauth/clients/register", s.register, "public: Registers an app, where that is allowed (RFC 7591)."},
		{http.MethodGet, "/user/oauth/grants", s.listGrants, "user: The apps that the caller let in."},
		{http.MethodDelete, "/user/oauth/grants", s.revokeGrant, "user: Takes a consent back (?client_id=)."},
		{http.MethodPost, "/admin/oauth/clients", s.adminCreate, "admin: Registers an app."},
		{http.MethodGet, "/admin/oauth/clients", s.adminList, "admin: A page of apps."},
		{http.MethodGet, "/admin/oauth/clients/:id", s.adminList, "admin: An app."},
		{http.MethodPut, "/admin/oauth/clients/:id", s.adminUpdate, "admin: Changes an app."},
		{http.MethodDelete, "/admin/oauth/clients/:id", s.adminDelete, "admin: Removes an app, and ends what it holds."},
		{http.MethodPost, "/admin/oauth/clients/:id/regenerate_secret", s.adminSecret, "admin: A new secret for an app, shown once."},
	} {
		e.Add(route.method, "/auth/v1"+route.path, route.handler, s.Limit, s.enabled).Name = route.says
	}
	for _, base := range []string{"", "/auth/v1"} {
		e.GET(base+"/.well-known/openid-configuration", s.discovery).Name = "public: OpenID Connect Discovery 1.0."
		e.GET(base+"/.well-known/oauth-authorization-server", s.discovery, s.enabled).Name = "public: What this authorization server can do (RFC 8414)."
	}
	e.GET("/.well-known/oauth-authorization-server/auth/v1", s.discovery, s.enabled).Name = "public: The same, where RFC 8414 puts an issuer's path."
}

func (s *Service) enabled(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.Config.Enabled {
			return problem.New(http.StatusNotFound, "feature_disabled", "The OAuth server is off: set OAUTH_SERVER_ENABLED")
		}
		return next(c)
	}
}

// discovery is OpenID Connect Discovery 1.0 and RFC 8414.
func (s *Service) discovery(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=600")
	methods := []string{"client_secret_basic", "client_secret_post", "none"}
	doc := map[string]any{
		"issuer":                                         s.Issuer,
		"authorization_endpoint":                         s.Issuer + "/oauth/authorize",
		"token_endpoint":                                 s.Issuer + "/oauth/token",
		"userinfo_endpoint":                              s.Issuer + "/oauth/userinfo",
		"revocation_endpoint":                            s.Issuer + "/oauth/revoke",
		"introspection_endpoint":                         s.Issuer + "/oauth/introspect",
		"jwks_uri":                                       s.Issuer + "/.well-known/jwks.json",
		"scopes_supported":                               []string{"openid", "profile", "email", "phone", "offline_access"},
		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{s.Ring.Algorithm()},
		"token_endpoint_auth_methods_supported":          methods,
		"revocation_endpoint_auth_methods_supported":     methods,
		"introspection_endpoint_auth_methods_supported":  methods[:2],
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
		"claims_supported": []string{
			"sub", "aud", "iss", "exp", "iat", "auth_time", "nonce", "email", "email_verified", "phone_number", "phone_number_verified",
			"name", "picture", "preferred_username", "updated_at",
		},
	}
	if s.Config.Enabled && s.Config.Dynamic {
		doc["registration_endpoint"] = s.Issuer + "/oauth/clients/register"
	}
	return c.JSON(http.StatusOK, doc)
}

// refused is an error of OAuth's own shape.
func refused(c echo.Context, status int, code, description string) error {
	return write(c, status, map[string]string{"error": code, "error_description": description})
}

func write(c echo.Context, status int, body any) error {
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set("Pragma", "no-cache")
	return c.JSON(status, body)
}

// reply writes what a function answered. A body with a code is a refusal in
// the API's shape; OAuth's own errors are bodies like any other.
func reply(c echo.Context, out db.Outcome, err error) error {
	if err != nil {
		return err
	}
	if out.Status == http.StatusNoContent {
		return c.NoContent(http.StatusNoContent)
	}
	if out.Status >= http.StatusBadRequest {
		var no struct{ Code, Message, Hint string }
		if err := json.Unmarshal(out.Body, &no); err != nil {
			return err
		}
		if no.Code != "" {
			return &problem.Problem{Status: out.Status, Code: no.Code, Message: no.Message, Hint: no.Hint}
		}
	}
	if out.Status == http.StatusUnauthorized {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, "Basic")
	}
	return write(c, out.Status, out.Body)
}

// text is a parameter, nil for none; what the database cannot store is none.
func text(s string) *string {
	if s == "" || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return nil
	}
	return &s
}

// clientID is nobody's for what is no UUID.
func clientID(s string) uuid.UUID {
	id, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil
	}
	return id
}

func pathID(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, problem.New(http.StatusNotFound, "validation_failed", "id must be a UUID")
	}
	return id, nil
}
