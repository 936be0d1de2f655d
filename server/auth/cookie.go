package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"

	"howdah/server/auth/hooks"
	"howdah/server/db"
)

const cookieBeginSQL = `select status, body from auth.cookie_begin(_session_id => $1, _cookie => $2, _settings => $3)`

const cookieSessionSQL = `select status, body, claims, session_id, counter from auth.cookie_session(_cookie => $1, _ip => $2, _user_agent => $3, _settings => $4)`

// csrfHeader carries the token that a page must send with what changes state: it
// can read it where it may read this API's answers, and another site cannot.
const csrfHeader = "X-Csrf-Token"

// byCookie marks requests whose caller is a cookie's.
const byCookie = "auth by cookie"

// cookies are sessions for web apps that hold no tokens. The browser holds an
// opaque id; on each request it stands for an access token that never leaves
// this process, so that every surface serves cookies as it serves tokens.
type cookies struct {
	name    string
	secure  bool
	strict  bool
	maxAge  time.Duration
	origins []string
	// tokens made for cookies lately. An entry goes after a minute; a session
	// that has ended is refused at once whatever is here, as for any token.
	tokens *otter.Cache[[sha256.Size]byte, string]
}

func newCookies(d Deps) (*cookies, error) {
	if !d.Config.CookieEnabled {
		return nil, nil //nolint:nilnil // no cookies is what the setting asks for
	}
	cache, err := otter.New(&otter.Options[[sha256.Size]byte, string]{
		MaximumSize: 10_000, ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, string](time.Minute),
	})
	if err != nil {
		return nil, err
	}
	k := &cookies{name: d.Config.CookieName, strict: d.Config.CookieSameSite == "strict", maxAge: time.Duration(d.Config.CookieMaxAge), tokens: cache}
	for _, address := range []string{d.Server.ExternalURL, d.Server.SiteURL} {
		if u, err := url.Parse(address); err == nil {
			k.origins = append(k.origins, u.Scheme+"://"+u.Host)
		}
	}
	if k.secure = strings.HasPrefix(d.Server.ExternalURL, "https:"); k.secure {
		k.name = "__Host-" + k.name
	}
	return k, nil
}

// set puts the id into the browser; an empty one takes it out.
func (k *cookies) set(c echo.Context, id string) {
	cookie := &http.Cookie{ //nolint:gosec // Secure follows the scheme of API_EXTERNAL_URL
		Name: k.name, Value: id, Path: "/", HttpOnly: true, Secure: k.secure, SameSite: http.SameSiteLaxMode, MaxAge: int(k.maxAge.Seconds()),
	}
	if k.strict {
		cookie.SameSite = http.SameSiteStrictMode
	}
	if id == "" {
		cookie.MaxAge = -1
	}
	c.SetCookie(cookie)
}

// foreign says whether another site's page sent the request.
func (k *cookies) foreign(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" {
		return true
	}
	origin := r.Header.Get("Origin")
	return origin != "" && !slices.Contains(k.origins, origin)
}

const csrfPurpose = "auth csrf"

func (s *Service) csrf(id string) string {
	return base64.RawURLEncoding.EncodeToString(s.Ring.MAC(csrfPurpose, []byte(id)))
}

func (s *Service) csrfHolds(id, text string) bool {
	sent, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && slices.ContainsFunc(s.Ring.MACs(csrfPurpose, []byte(id)), func(sum []byte) bool { return hmac.Equal(sent, sum) })
}

func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// Cookies is middleware for every surface: a request that has a session's
// cookie and names nobody otherwise becomes that session's. What changes state,
// and what opens a socket, must come from the site's own pages.
func (s *Service) Cookies(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if s.cookies == nil || r.Header.Get(echo.HeaderAuthorization) != "" {
			return next(c)
		}
		cookie, err := r.Cookie(s.cookies.name)
		if err != nil || cookie.Value == "" {
			return next(c)
		}
		if r.Header.Get("Upgrade") != "" && s.cookies.foreign(r) {
			return refuse(http.StatusForbidden, "csrf_failed", "This site's cookie opens no sockets for other sites")
		}
		if login := c.Path() == prefix+"/cookie/login"; changes(r) && !login {
			if s.cookies.foreign(r) || !s.csrfHolds(cookie.Value, r.Header.Get(csrfHeader)) {
				return refuse(http.StatusForbidden, "csrf_failed", "State-changing requests need the CSRF token of the session in "+csrfHeader)
			}
		}
		access, err := s.accessOf(c, cookie.Value)
		if err != nil {
			return err
		}
		if access == "" {
			s.cookies.set(c, "")
			return next(c)
		}
		r.Header.Set(echo.HeaderAuthorization, "Bearer "+access)
		c.Set(byCookie, true)
		return next(c)
	}
}

// accessOf is an access token for a cookie; empty for one that stands for nothing.
func (s *Service) accessOf(c echo.Context, id string) (string, error) {
	hash := sha256.Sum256([]byte(id))
	if access, ok := s.cookies.tokens.GetIfPresent(hash); ok {
		return access, nil
	}
	ip, agent := client(c)
	out, err := hooks.Call[outcome](c.Request().Context(), s.asker, nil, cookieSessionSQL, hash[:], ip, agent, s.settings)
	if err != nil || out.Status != http.StatusOK {
		return "", err
	}
	access, err := s.Ring.Sign(out.Claims)
	if err == nil {
		s.cookies.tokens.Set(hash, access)
	}
	return access, err
}

type cookieAnswer struct {
	User      json.RawMessage `json:"user"`
	CSRFToken string          `json:"csrf_token"`
	ExpiresIn int             `json:"expires_in"`
}

// cookieLogin is POST /cookie/login: a password sign-in whose session stays
// here. It binds the cookie in a call of its own: the sign-in does not know of it.
func (s *Service) cookieLogin(c echo.Context) error {
	if s.cookies == nil {
		return refuse(http.StatusNotFound, "feature_disabled", "Cookie sessions are disabled")
	}
	if s.cookies.foreign(c.Request()) {
		return refuse(http.StatusForbidden, "csrf_failed", "Another site's page must not sign in here")
	}
	var in grantRequest
	if err := s.begin(c, &in, &in.flow); err != nil {
		return err
	}
	out, _, err := s.passwordSession(c, in)
	if err != nil {
		return err
	}
	if out.Status != http.StatusOK {
		return refusal(out.Outcome)
	}
	id := rand.Text() + rand.Text()
	hash := sha256.Sum256([]byte(id))
	bound, err := db.Call(c.Request().Context(), s.Pool, cookieBeginSQL, out.SessionID, hash[:], s.settings)
	if err != nil {
		return err
	}
	if bound.Status != http.StatusOK {
		return refusal(bound)
	}
	s.cookies.set(c, id)
	noStore(c)
	return c.JSON(http.StatusOK, cookieAnswer{User: out.Body, CSRFToken: s.csrf(id), ExpiresIn: int(s.cookies.maxAge.Seconds())})
}

// cookieSession is GET /cookie/session: who the cookie is, and the CSRF token
// for a page that was loaded anew.
func (s *Service) cookieSession(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	cookie, err := c.Cookie(s.cookieName())
	if err != nil {
		return refuse(http.StatusUnauthorized, "no_authorization", "There is no session cookie")
	}
	out, err := db.Call(c.Request().Context(), s.Pool, userGetSQL, user, session)
	if err != nil {
		return err
	}
	if out.Status != http.StatusOK {
		return refusal(out)
	}
	noStore(c)
	return c.JSON(http.StatusOK, cookieAnswer{User: out.Body, CSRFToken: s.csrf(cookie.Value), ExpiresIn: int(s.cookies.maxAge.Seconds())})
}

func (s *Service) cookieName() string {
	if s.cookies == nil {
		return ""
	}
	return s.cookies.name
}

// cookieLogout is POST /cookie/logout.
func (s *Service) cookieLogout(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	ip, _ := client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, signOutSQL, user, session, "local", ip)
	if err != nil {
		return err
	}
	if s.cookies != nil {
		s.cookies.set(c, "")
	}
	return reply(c, out)
}
