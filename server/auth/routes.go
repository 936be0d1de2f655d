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
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return []route{
		{get, "/health", public, s.health, "Name and version of this server.", nil, nil},
		{get, "/settings", public, s.getSettings, "Which ways to sign in are on.", nil, nil},
		{get, "/.well-known/jwks.json", public, s.jwks, "The public keys that verify access tokens.", nil, []string{"/.well-known/jwks.json", "/api/v1/auth/jwks"}},
		{get, "/openapi.json", public, s.openAPI, "This document.", nil, nil},
		{post, "/signup", public, s.signUp, "Makes an account of an e-mail or a phone and a password, or an anonymous one.", signUpRequest{}, nil},
		{post, "/token", public, s.grant, "Trades a password, a refresh token, a PKCE code or an id_token for a session; grant_type is in the query.", grantRequest{}, nil},
		{post, "/refresh", public, s.refresh, "Rotates a refresh token.", grantRequest{}, []string{"/api/v1/auth/refresh", "/auth/refresh"}},
		{post, "/otp", public, s.otp, "Sends a code and a link by mail, or a code by SMS.", otpRequest{}, nil},
		{post, "/magiclink", public, s.magiclink, "Sends a magic link by mail.", otpRequest{}, nil},
		{post, "/recover", public, s.recover, "Mails a link to set a new password with.", recoverRequest{}, []string{"/auth/forgot-password"}},
		{post, "/resend", public, s.resend, "Sends a pending mail or SMS again.", resendRequest{}, []string{"/auth/request-verify-token"}},
		{post, "/register", public, s.registerShort, "A sign-up with a name to show.", registerRequest{}, []string{"/api/v1/auth/register", "/auth/register"}},
		{post, "/login", public, s.login, "The password grant by itself.", grantRequest{}, []string{"/api/v1/auth/login", "/auth/login"}},
		{post, "/otp/verify", public, s.verifyCode, "Trades a code of a mail for a session.", verifyRequest{}, nil},
		{get, "/magiclink/verify", public, s.verifyMagicLink, "Where a magic link leads.", nil, nil},
		{post, "/magiclink/verify", public, s.verifyMagicToken, "Trades a magic link's token for a session.", verifyRequest{}, nil},
		{post, "/recover/verify", public, s.reset, "Sets a new password with a recovery token.", resetRequest{}, []string{"/auth/reset-password"}},
		{get, "/verify", public, s.verifyLink, "Where links of mails lead: shows a button that confirms.", nil, nil},
		{post, "/verify", public, s.verify, "Trades a code or a link's token for a session.", verifyRequest{}, []string{"/auth/verify"}},
		{post, "/verify/link", public, s.followLink, "Confirms a link of a mail and redirects with a code or tokens.", nil, nil},
		{get, "/authorize", public, s.authorize, "Sends the browser to a provider (?provider=).", nil, nil},
		{get, "/authorize/:provider", public, s.authorize, "Sends the browser to a provider.", nil, []string{"/auth/:provider/login"}},
		{get, "/callback", public, s.finishOAuth, "Where providers send the browser back to.", nil, nil},
		{post, "/callback", public, s.postedCallback, "The same for providers that post a form.", nil, nil},
		{get, "/callback/:provider", public, s.finishOAuth, "The same, for one provider alone.", nil, []string{"/auth/:provider/callback"}},
		{get, "/user/identities/authorize", user, s.linkIdentity, "Begins to link another way to sign in.", nil, nil},
		{del, "/user/identities/:identity_id", user, s.unlinkIdentity, "Takes a way to sign in away.", nil, nil},
		{get, "/reauthenticate", user, s.reauthenticate, "Sends the caller a code to set a new password with.", nil, nil},
		{post, "/logout", user, s.signOut, "Ends sessions: scope global, local or others.", nil, []string{"/auth/logout"}},
		{get, "/user", user, s.user, "The caller's account.", nil, []string{"/api/v1/auth/me", "/auth/me"}},
		{get, "/sessions", user, s.listSessions, "Where the caller is signed in.", nil, []string{"/auth/sessions"}},
		{del, "/sessions", user, s.revokeOthers, "Ends every session but the caller's.", nil, []string{"/auth/sessions"}},
		{del, "/sessions/:session_id", user, s.revokeSession, "Ends one session of the caller.", nil, []string{"/auth/sessions/:session_id"}},
		{put, "/user", user, s.updateUser, "Changes the caller's address, password or metadata.", userRequest{}, nil},
		{del, "/user", user, s.deleteUser, "Deletes the caller's account.", nil, []string{"/auth/delete"}},
		{post, "/me/password", user, s.changePassword, "A new password for the old one.", passwordRequest{}, []string{"/api/v1/auth/me/password"}},
		{post, "/cookie/login", public, s.cookieLogin, "A password sign-in whose session lives in a cookie.", grantRequest{}, nil},
		{get, "/cookie/session", user, s.cookieSession, "Who the cookie is, and its CSRF token.", nil, nil},
		{post, "/cookie/logout", user, s.cookieLogout, "Ends the cookie's session.", nil, nil},
		{post, "/sso", public, s.noSAML, "Single sign-on by SAML: not supported.", nil, []string{"/auth/v1/sso/saml/acs"}},
		{get, "/sso/saml/metadata", public, s.noSAML, "SAML metadata: not supported.", nil, nil},
		{get, "/admin/sso/providers", admin, s.noSAML, "SAML providers: not supported.", nil, nil},
		{post, "/invite", admin, s.invite, "Invites somebody by mail.", inviteRequest{}, nil},
		{post, "/admin/generate_link", admin, s.generateLink, "The link that a mail would carry; nothing is sent.", linkRequest{}, nil},
		{get, "/admin/audit", admin, s.audit, "The audit log.", nil, nil},
		{get, "/admin/users", admin, s.adminListUsers, "A page of users.", nil, []string{"/api/v1/auth/users"}},
		{post, "/admin/users", admin, s.adminCreateUser, "Makes a user.", adminUserRequest{}, nil},
		{get, "/admin/users/:user_id", admin, s.adminGetUser, "A user.", nil, nil},
		{put, "/admin/users/:user_id", admin, s.adminUpdateUser, "Changes a user.", adminUserRequest{}, []string{"/api/v1/auth/users/:user_id/role"}},
		{del, "/admin/users/:user_id", admin, s.adminDeleteUser, "Deletes a user.", adminDeleteRequest{}, nil},
		{get, "/admin/users/:user_id/sessions", admin, s.adminSessions, "Where a user is signed in.", nil, nil},
		{del, "/admin/users/:user_id/sessions", admin, s.adminSignOut, "Signs a user out everywhere.", nil, nil},
		{del, "/admin/users/:user_id/sessions/:session_id", admin, s.adminRevokeSession, "Ends one session of a user.", nil, nil},
		{get, "/admin/users/:user_id/factors", admin, s.adminFactors, "The second factors of a user.", nil, nil},
		{put, "/admin/users/:user_id/factors/:factor_id", admin, s.adminUpdateFactor, "Renames a second factor.", factorRequest{}, nil},
		{del, "/admin/users/:user_id/factors/:factor_id", admin, s.adminDeleteFactor, "Takes a second factor away.", nil, nil},
		{get, "/admin/users/:user_id/passkeys", admin, s.adminPasskeys, "The passkeys of a user.", nil, nil},
		{del, "/admin/users/:user_id/passkeys/:passkey_id", admin, s.adminDeletePasskey, "Takes a passkey away.", nil, nil},
		{post, "/admin/users/:user_id/impersonate", admin, s.impersonate, "A token to act as a user, for a reason and fifteen minutes at most.", actRequest{}, nil},
		{post, "/admin/users/:user_id/token", admin, s.mintToken, "A token to act as a user, for trusted servers.", actRequest{}, nil},
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
