package auth

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// publicFor is how long verifiers may keep keys: rotation publishes a new one
// for longer than this before it signs.
const publicFor = "public, max-age=600"

func (s *Service) jwks(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, publicFor)
	return c.JSON(http.StatusOK, s.Ring.JWKS())
}

// discovery is OpenID Connect Discovery 1.0, in the members that GoTrue shows.
func (s *Service) discovery(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, publicFor)
	iss := s.Config.JWTIssuer
	return c.JSON(http.StatusOK, map[string]any{
		"issuer":                                iss,
		"authorization_endpoint":                iss + "/oauth/authorize",
		"token_endpoint":                        iss + "/oauth/token",
		"userinfo_endpoint":                     iss + "/oauth/userinfo",
		"jwks_uri":                              iss + "/.well-known/jwks.json",
		"scopes_supported":                      []string{"openid", "profile", "email", "phone", "offline_access"},
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query"},
		"grant_types_supported":                 []string{"authorization_code", "refresh_token"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{s.Ring.Algorithm()},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "none"},
		"claims_supported":                      []string{"sub", "aud", "iss", "exp", "iat", "email", "phone", "role", "aal", "amr", "session_id", "is_anonymous"},
		"code_challenge_methods_supported":      []string{"S256", "plain"},
	})
}

func (s *Service) health(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{
		"version": s.Version, "name": "Howdah", "description": "Howdah speaks GoTrue's protocol",
	})
}

// external is every provider that GoTrue's clients ask about; others than
// these are shown where they are on.
var external = []string{
	"apple", "azure", "bitbucket", "discord", "facebook", "figma", "fly", "github", "gitlab", "google", "kakao", "keycloak", "linkedin",
	"linkedin_oidc", "notion", "phone", "slack", "slack_oidc", "snapchat", "spotify", "twitch", "twitter", "workos", "zoom",
}

func (s *Service) getSettings(c echo.Context) error {
	on := map[string]bool{}
	for _, name := range external {
		on[name] = false
	}
	for name := range s.providers {
		on[name] = true
	}
	on["email"], on["phone"], on["anonymous_users"] = s.Config.EmailEnabled, s.Config.PhoneEnabled, s.Config.AnonymousEnabled
	return c.JSON(http.StatusOK, map[string]any{
		"external": on, "disable_signup": s.Config.DisableSignup, "mailer_autoconfirm": s.Config.Autoconfirm, "phone_autoconfirm": s.Config.PhoneAutoconfirm,
		"sms_provider": "", "saml_enabled": false, "saml_private_key_next_configured": false, "passkeys_enabled": false,
	})
}
