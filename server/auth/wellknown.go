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
		"sms_provider": "", "saml_enabled": false, "saml_private_key_next_configured": false, "passkeys_enabled": s.Config.MFA.Passkeys,
	})
}

// noSAML answers what GoTrue answers where single sign-on by SAML is off. It is
// never on here.
func (s *Service) noSAML(echo.Context) error {
	return refuse(http.StatusNotFound, "saml_provider_disabled", "SAML 2.0 is not supported: use an OpenID provider")
}
