package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"golang.org/x/oauth2"

	"howdah/server/auth/hooks"
	"howdah/server/auth/provider"
	"howdah/server/db"
	"howdah/server/problem"
)

const oauthBeginSQL = `select status, body from auth.oauth_begin(_provider => $1, _state => $2, _sealed => $3, _code_challenge => $4,
	_code_challenge_method => $5, _redirect_to => $6, _user_id => $7, _session_id => $8, _settings => $9)`

const oauthTakeSQL = `select flow_id, provider, sealed, redirect_to, pkce from auth.oauth_take(_states => $1, _provider => $2)`

const oauthFinishSQL = `select status, body, claims, session_id, counter, flow from auth.oauth_finish(_flow_id => $1, _identity => $2,
	_email_optional => $3, _flow_code => $4, _tokens => $5, _token => $6, _ip => $7, _user_agent => $8, _settings => $9)`

// held are parameters of the request to a provider that are this server's to
// set, and request objects, which would set them all.
var held = []string{
	"client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "state", "code_challenge", "code_challenge_method",
	"code_verifier", "scope", "request", "request_uri", "provider", "redirect_to", "scopes", "skip_http_redirect", "invite_token",
}

func (s *Service) callback() string { return s.Server.ExternalURL + prefix + "/callback" }

// authorize is GET /authorize: sends the browser to a provider.
func (s *Service) authorize(c echo.Context) error {
	to, err := s.beginOAuth(c, s.bind(c), nil, nil)
	if err != nil {
		return err
	}
	noStore(c)
	return c.Redirect(http.StatusFound, to)
}

// linkIdentity is GET /user/identities/authorize: the same for a user who wants
// another way to sign in. A script that fetches the URL cannot store a cookie for
// the browser that will follow it: that flow stays unbound, and asks at its end.
func (s *Service) linkIdentity(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	if c.Get(byCookie) == true && s.cookies.foreign(c.Request()) {
		return refuse(http.StatusForbidden, "csrf_failed", "Another site's page must not begin to link an account")
	}
	fetched := c.QueryParam("skip_http_redirect") == "true"
	bound := ""
	if !fetched {
		bound = s.bind(c)
	}
	to, err := s.beginOAuth(c, bound, &user, &session)
	if err != nil {
		return err
	}
	noStore(c)
	if fetched {
		return c.JSON(http.StatusOK, map[string]string{"url": to})
	}
	return c.Redirect(http.StatusFound, to)
}

// named is the provider of the path, else of the query.
func (s *Service) named(c echo.Context) (string, provider.Provider, error) {
	name := c.Param("provider")
	if name == "" {
		name = c.QueryParam("provider")
	}
	p, ok := s.providers[name]
	if !ok {
		return name, nil, invalid("Unsupported provider: " + name + " is not enabled")
	}
	return name, p, nil
}

func (s *Service) beginOAuth(c echo.Context, bound string, user, session *uuid.UUID) (string, error) {
	name, p, err := s.named(c)
	if err != nil {
		return "", err
	}
	query := c.QueryParams()
	f := flow{CodeChallenge: param(query, "code_challenge"), CodeChallengeMethod: param(query, "code_challenge_method")}
	if err := f.settle(); err != nil {
		return "", err
	}
	more := url.Values{}
	for name, values := range query {
		if !slices.Contains(held, strings.ToLower(name)) {
			more[name] = values
		}
	}
	secrets := provider.Secrets{Verifier: oauth2.GenerateVerifier(), Nonce: rand.Text()}
	if nonce := more.Get("nonce"); nonce != "" {
		secrets.Nonce = nonce
	}
	more.Del("nonce")
	state := rand.Text()
	if bound == "" {
		state += unbound
	}
	scopes := strings.FieldsFunc(query.Get("scopes"), func(r rune) bool { return r == ',' || r == ' ' })
	to, err := p.Begin(c.Request().Context(), state, secrets, scopes, more)
	if err != nil {
		return "", err
	}
	return to, s.keepFlow(c, name, s.stateHash(state, bound), secrets, f, user, session)
}

func (s *Service) keepFlow(c echo.Context, name string, state []byte, secrets provider.Secrets, f flow, user, session *uuid.UUID) error {
	plain, err := json.Marshal(secrets)
	if err != nil {
		return err
	}
	sealed, err := s.Ring.Seal("auth provider", plain)
	if err != nil {
		return err
	}
	out, err := db.Call(c.Request().Context(), s.Pool, oauthBeginSQL, name, state, sealed, f.CodeChallenge, f.CodeChallengeMethod,
		s.redirectTo(c), user, session, s.settings)
	if err != nil {
		return err
	}
	if out.Status != http.StatusOK {
		return refusal(out)
	}
	return nil
}

func param(query url.Values, name string) *string {
	if value := query.Get(name); value != "" {
		return &value
	}
	return nil
}

// taken is a flow that came back.
type taken struct {
	FlowID     *uuid.UUID
	Provider   *string
	Sealed     []byte
	RedirectTo *string
	Pkce       *bool
}

// finishOAuth is GET /callback. It calls the database twice: the state is used up
// before the provider is asked, and the account found after.
func (s *Service) finishOAuth(c echo.Context) error {
	state := c.QueryParam("state")
	if state == "" {
		return seeOther(c, siteError(s.redirects.target(""), "bad_oauth_callback", "OAuth state parameter missing"))
	}
	if s.mustAsk(c, state) {
		return s.askToLink(c, state)
	}
	var name *string
	if p := c.Param("provider"); p != "" {
		name = &p
	}
	back, err := db.CallRow[taken](c.Request().Context(), s.Pool, oauthTakeSQL, s.statesOf(c, state), name)
	if err != nil {
		return err
	}
	if back.FlowID == nil || back.Provider == nil || back.RedirectTo == nil {
		return seeOther(c, siteError(s.redirects.target(""), "bad_oauth_state", "OAuth state not found or expired"))
	}
	to, err := s.endOAuth(c, back)
	if err != nil {
		p := problem.From(err)
		if p.Status >= http.StatusInternalServerError {
			slog.WarnContext(c.Request().Context(), "oauth callback", "provider", *back.Provider, "cause", p.Cause)
		}
		to = refusedTarget(*back.RedirectTo, p, "server_error", true)
	}
	noStore(c)
	return c.Redirect(http.StatusFound, to)
}

// siteError tells a refusal that belongs to no flow.
func siteError(site, code, message string) string {
	return withQuery(site, url.Values{"error": {"invalid_request"}, "error_code": {code}, "error_description": {message}})
}

// endOAuth is where the browser goes when all went well.
func (s *Service) endOAuth(c echo.Context, back taken) (string, error) {
	p, ok := s.providers[*back.Provider]
	if !ok {
		return "", refuse(http.StatusBadRequest, "provider_disabled", "The provider is not enabled any more")
	}
	if said := c.QueryParam("error"); said != "" {
		refused := url.Values{"error": {said}, "error_description": {c.QueryParam("error_description")}}
		return withFragment(withQuery(*back.RedirectTo, refused), refused), nil
	}
	if iss := c.QueryParam("iss"); iss != "" && p.Issuer() != "" && subtle.ConstantTimeCompare([]byte(iss), []byte(p.Issuer())) != 1 {
		return "", refuse(http.StatusBadRequest, "bad_oauth_callback", "The answer is another provider's") // RFC 9207
	}
	code := c.QueryParam("code")
	if code == "" {
		return "", refuse(http.StatusBadRequest, "bad_oauth_callback", "OAuth callback with missing authorization code missing")
	}
	plain, err := s.Ring.Unseal("auth provider", back.Sealed)
	if err != nil {
		return "", err
	}
	var secrets provider.Secrets
	if err := json.Unmarshal(plain, &secrets); err != nil {
		return "", err
	}
	who, given, err := p.Finish(c.Request().Context(), code, secrets)
	if err != nil {
		return "", &problem.Problem{Status: http.StatusInternalServerError, Code: "unexpected_failure", Message: "Unable to exchange external code", Cause: err}
	}
	return s.signInWith(c, back, p, who, given)
}

func (s *Service) signInWith(c echo.Context, back taken, p provider.Provider, who provider.Identity, given provider.Tokens) (string, error) {
	token, err := s.mint(flow{}, *back.RedirectTo, "signup")
	if err != nil {
		return "", err
	}
	sealed, err := s.sealProvider(given)
	if err != nil {
		return "", err
	}
	ip, agent := client(c)
	code := uuid.NewString()
	out, err := hooks.Call[outcome](c.Request().Context(), s.asker, nil, oauthFinishSQL, back.FlowID, who.Data, p.EmailOptional(),
		flowCodeHash(s, code), sealed, token, ip, agent, s.settings)
	switch {
	case err != nil:
		return "", err
	case out.Status != http.StatusOK:
		return "", refusal(out.Outcome)
	case out.Flow != nil:
		return withQuery(*back.RedirectTo, url.Values{"code": {code}}), nil
	}
	tokens, err := s.tokens(out)
	if err != nil {
		return "", err
	}
	fragment := tokens.fragment()
	for name, value := range map[string]string{"provider_token": given.Access, "provider_refresh_token": given.Refresh} {
		if value != "" {
			fragment.Set(name, value)
		}
	}
	return withFragment(*back.RedirectTo, fragment), nil
}

func (s *Service) sealProvider(given provider.Tokens) ([]byte, error) {
	plain, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	return s.Ring.Seal("auth provider tokens", plain)
}

// providerTokens adds what a provider gave to a session's tokens, once.
func (s *Service) providerTokens(sealed []byte) (func(*session), error) {
	if sealed == nil {
		return func(*session) {}, nil
	}
	plain, err := s.Ring.Unseal("auth provider tokens", sealed)
	if err != nil {
		return nil, err
	}
	var given provider.Tokens
	if err := json.Unmarshal(plain, &given); err != nil {
		return nil, errors.New("sealed provider tokens are no JSON")
	}
	return func(t *session) { t.ProviderToken, t.ProviderRefreshToken = given.Access, given.Refresh }, nil
}
