package realtime

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

//go:embed demo/chat.html
var chatPage []byte

// demoChat answers the chat of the demo app: one file, no build step.
func demoChat(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderContentSecurityPolicy,
		"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self' ws: wss:; base-uri 'none'; frame-ancestors 'none'")
	return c.HTMLBlob(http.StatusOK, chatPage)
}
