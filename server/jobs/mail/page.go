package mail

import (
	"bytes"
	"embed"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/jobs/door"
	"howdah/server/problem"
)

//go:embed inbox.html
var pages embed.FS

var page = template.Must(template.New("inbox.html").Funcs(template.FuncMap{
	"when":  func(t time.Time) string { return t.Local().Format("2 Jan 15:04:05") },
	"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
}).ParseFS(pages, "inbox.html"))

// mountInbox adds /dev/inbox, on a development server alone.
func (s *Service) mountInbox(e *echo.Echo) {
	if !s.Development {
		return
	}
	g := e.Group("/dev/inbox", atHome)
	g.GET("", s.showInbox)
	g.GET("/:id", s.showInbox)
	g.GET("/:id/html", s.showHTML)
	g.POST("/clear", s.clearInbox)
	g.GET("/messages", s.listMessages)
	g.GET("/messages/:id", s.getMessage)
	g.DELETE("/messages", s.deleteMessages)
}

// atHome answers only who asks for this machine by its own name or an address:
// a page elsewhere whose name was made to resolve here (DNS rebinding) would
// read the codes of every sign-in, and one that posts here would empty the inbox.
func atHome(next echo.HandlerFunc) echo.HandlerFunc {
	cross := http.NewCrossOriginProtection()
	return func(c echo.Context) error {
		host := c.Request().Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if _, err := netip.ParseAddr(host); err != nil && host != "localhost" {
			return problem.New(http.StatusForbidden, "wrong_host", "The inbox answers at localhost or an IP address alone.")
		}
		if err := cross.Check(c.Request()); err != nil {
			return problem.New(http.StatusForbidden, "cross_origin", "Another site asks for this.")
		}
		return next(c)
	}
}

type inboxPage struct {
	Letters  []letterBox
	Selected *letterBox
	AsText   bool
	To       string
}

func (s *Service) showInbox(c echo.Context) error {
	ctx := c.Request().Context()
	p := inboxPage{To: c.QueryParam("to"), AsText: c.QueryParam("view") == "text"}
	var err error
	if p.Letters, err = s.letters(ctx, door.Optional(c, "to"), nil); err != nil {
		return err
	}
	if c.Param("id") != "" {
		id, err := letterID(c)
		if err != nil {
			return err
		}
		found, err := s.letter(ctx, id)
		if err != nil {
			return err
		}
		p.Selected = &found
		p.AsText = p.AsText || found.HTML == ""
	}
	var b bytes.Buffer
	if err := page.Execute(&b, p); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	return c.HTMLBlob(http.StatusOK, b.Bytes())
}

// showHTML is the frame of a mail: sandboxed, so that it runs no script, posts
// no form and is of no origin; its links open elsewhere.
func (s *Service) showHTML(c echo.Context) error {
	id, err := letterID(c)
	if err != nil {
		return err
	}
	found, err := s.letter(c.Request().Context(), id)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; frame-ancestors 'self'")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Cache-Control", "no-store")
	return c.HTML(http.StatusOK, `<base target="_blank">`+found.HTML)
}

func (s *Service) clearInbox(c echo.Context) error {
	if err := s.empty(c); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/dev/inbox")
}

func (s *Service) deleteMessages(c echo.Context) error {
	if err := s.empty(c); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Service) empty(c echo.Context) error {
	_, err := db.CallRow[struct{ Gone int }](c.Request().Context(), s.Pool, clearSQL)
	return err
}

// listMessages is the inbox as JSON, for tests: ?to= takes one recipient's.
func (s *Service) listMessages(c echo.Context) error {
	found, err := s.letters(c.Request().Context(), door.Optional(c, "to"), nil)
	if err != nil {
		return err
	}
	if found == nil {
		found = []letterBox{}
	}
	return c.JSON(http.StatusOK, found)
}

func (s *Service) getMessage(c echo.Context) error {
	id, err := letterID(c)
	if err != nil {
		return err
	}
	found, err := s.letter(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, found)
}

func letterID(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return 0, errNoLetter
	}
	return id, nil
}
