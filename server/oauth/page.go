package oauth

import (
	"crypto/rand"
	_ "embed"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:embed consent.html
var consentHTML string

// page is the plain consent page: the user signs in on it and decides. It knows
// no more than its own API, which its script calls; nothing of the request is
// written into it.
func (s *Service) page(c echo.Context) error {
	nonce := rand.Text()
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; style-src 'nonce-"+nonce+
		"'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
	h.Set(echo.HeaderCacheControl, "no-store")
	return c.HTML(http.StatusOK, strings.ReplaceAll(consentHTML, "{{nonce}}", nonce))
}
