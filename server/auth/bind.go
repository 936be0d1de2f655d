package auth

import (
	"crypto/hmac"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// A flow to a provider ends in the browser that began it: the state counts only
// beside a cookie that this browser got at /authorize. Without that, somebody
// could begin a flow, and have another's browser end it (RFC 9700, 4.7).

const flowCookie = "howdah_flow"

var goodBinding = regexp.MustCompile(`^[A-Z2-7]{26}$`)

func (s *Service) flowCookieName() string {
	if s.https() {
		return "__Host-" + flowCookie
	}
	return flowCookie
}

func (s *Service) https() bool { return strings.HasPrefix(s.Server.ExternalURL, "https:") }

// bound is the binding that the browser has; empty for none.
func (s *Service) bound(c echo.Context) string {
	cookie, err := c.Cookie(s.flowCookieName())
	if err != nil || !goodBinding.MatchString(cookie.Value) {
		return ""
	}
	return cookie.Value
}

// bind gives the browser a binding for as long as a flow may take. One that it has
// stays, so that flows in two tabs do not undo each other. Lax: a provider sends
// the browser back by a navigation.
func (s *Service) bind(c echo.Context) string {
	value := s.bound(c)
	if value == "" {
		value = rand.Text()
	}
	c.SetCookie(&http.Cookie{ //nolint:gosec // Secure follows the scheme of API_EXTERNAL_URL
		Name: s.flowCookieName(), Value: value, Path: "/", HttpOnly: true, Secure: s.https(), SameSite: http.SameSiteLaxMode,
		MaxAge: int(time.Duration(s.Config.FlowExp).Seconds()),
	})
	return value
}

// stateHash is what rests of a state, mixed with the binding of its browser.
func (s *Service) stateHash(state, bound string) []byte {
	return s.Ring.MAC("auth state", []byte(state+"\x00"+bound))
}

// statesOf are the flows that a state may be of, in this browser: one that began
// here, or one that a script fetched, which has no binding.
func (s *Service) statesOf(c echo.Context, state string) [][]byte {
	states := [][]byte{s.stateHash(state, "")}
	if bound := s.bound(c); bound != "" {
		states = append(states, s.stateHash(state, bound))
	}
	return states
}

// unbound ends the states of flows that a script began. A stranger could have
// such a flow, which links to the stranger's account, end in anybody's browser:
// there, whoever sits before it is asked first.
const unbound = "~"

//go:embed link.html
var linkHTML string

var linkPage = template.Must(template.New("link").Parse(linkHTML))

// mustAsk says whether a person has yet to agree: programs have no one to trick.
func (s *Service) mustAsk(c echo.Context, state string) bool {
	navigates := c.Request().Header.Get("Sec-Fetch-Mode") == "navigate"
	return navigates && strings.HasSuffix(state, unbound) && !hmac.Equal([]byte(c.QueryParam("agreed")), []byte(s.agreement(c, state)))
}

// agreement is what the page's button sends: for this state and code alone.
func (s *Service) agreement(c echo.Context, state string) string {
	return base64.RawURLEncoding.EncodeToString(s.Ring.MAC("auth agreed", []byte(state+"\x00"+c.QueryParam("code"))))
}

func (s *Service) askToLink(c echo.Context, state string) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	h.Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	noStore(c)
	fields := map[string]string{"state": state, "agreed": s.agreement(c, state)}
	for _, name := range []string{"code", "iss", "error", "error_description"} {
		if value := c.QueryParam(name); value != "" {
			fields[name] = value
		}
	}
	c.Response().WriteHeader(http.StatusOK)
	return linkPage.Execute(c.Response(), map[string]any{"Fields": fields, "Site": s.Server.SiteURL})
}

// postedCallback is POST /callback, for providers that answer by a form and for
// the page above. Another site's form carries no Lax cookie, the navigation that
// follows it does.
func (s *Service) postedCallback(c echo.Context) error {
	query := url.Values{}
	for _, name := range []string{"state", "code", "iss", "error", "error_description", "agreed"} {
		if value := c.FormValue(name); value != "" {
			query.Set(name, value)
		}
	}
	return seeOther(c, s.callback()+"?"+query.Encode())
}
