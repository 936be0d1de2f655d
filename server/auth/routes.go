package auth

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// who says whose token an endpoint takes.
type who string

const (
	public who = "public"
	user   who = "user"
	admin  who = "admin"
)

// route is one row of the table that the server is mounted from and the
// OpenAPI document is made of.
type route struct {
	method, path string
	who          who
	handler      echo.HandlerFunc
	summary      string
	body         any // an example of what is sent; nil for none
	aliases      []string
}

const prefix = "/auth/v1"

// routes is GoTrue's surface and the short paths beside it.
func (s *Service) routes() []route {
	const get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
	return []route{
		{get, "/health", public, s.health, "Name and version of this server.", nil, nil},
		{get, "/settings", public, s.getSettings, "Which ways to sign in are on.", nil, nil},
		{get, "/.well-known/jwks.json", public, s.jwks, "The public keys that verify access tokens.", nil, []string{"/.well-known/jwks.json", "/api/v1/auth/jwks"}},
		{get, "/.well-known/openid-configuration", public, s.discovery, "OpenID Connect discovery.", nil, []string{"/.well-known/openid-configuration"}},
		{post, "/signup", public, s.signUp, "Makes an account of an e-mail or a phone and a password, or an anonymous one.", signUpRequest{}, nil},
		{post, "/token", public, s.grant, "Trades a password, a refresh token, a PKCE code or an id_token for a session; grant_type is in the query.", grantRequest{}, nil},
		{post, "/refresh", public, s.refresh, "Rotates a refresh token.", grantRequest{}, []string{"/api/v1/auth/refresh"}},
		{post, "/otp", public, s.otp, "Sends a code and a link by mail, or a code by SMS.", otpRequest{}, nil},
		{post, "/magiclink", public, s.magiclink, "Sends a magic link by mail.", otpRequest{}, nil},
		{post, "/recover", public, s.recover, "Mails a link to set a new password with.", recoverRequest{}, nil},
		{post, "/resend", public, s.resend, "Sends a pending mail or SMS again.", resendRequest{}, nil},
		{get, "/verify", public, s.verifyLink, "Where links of mails lead: shows a button that confirms.", nil, nil},
		{post, "/verify", public, s.verify, "Trades a code or a link's token for a session.", verifyRequest{}, nil},
		{post, "/verify/link", public, s.followLink, "Confirms a link of a mail and redirects with a code or tokens.", nil, nil},
		{get, "/reauthenticate", user, s.reauthenticate, "Sends the caller a code to set a new password with.", nil, nil},
		{post, "/logout", user, s.signOut, "Ends sessions: scope global, local or others.", nil, nil},
		{get, "/user", user, s.user, "The caller's account.", nil, []string{"/api/v1/auth/me", "/auth/me"}},
		{put, "/user", user, s.updateUser, "Changes the caller's address, password or metadata.", userRequest{}, nil},
	}
}

// Mount adds the routes: GoTrue's paths, the short ones and the aliases.
func (s *Service) Mount(e *echo.Echo) {
	for _, r := range s.routes() {
		// Not a group with middleware: that would answer 404 for a wrong method.
		e.Add(r.method, prefix+r.path, r.handler, s.limitBody)
		for _, alias := range r.aliases {
			e.Add(r.method, alias, r.handler, s.limitBody)
		}
	}
}
