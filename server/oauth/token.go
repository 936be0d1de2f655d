package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

const exchangeSQL = `select status, body, claims, id_claims, session_id, counter from oauth.exchange(_client_id => $1, _secret_mac => $2,
  _code_hash => $3, _redirect_uri => $4, _code_challenge => $5, _ip => $6, _user_agent => $7, _settings => $8)`

const refreshSQL = `select status, body, claims, id_claims, session_id, counter from oauth.refresh(_client_id => $1, _secret_mac => $2,
  _session_id => $3, _counter => $4, _scope => $5, _ip => $6, _settings => $7)`

const (
	revokeSQL     = `select status, body from oauth.revoke_token(_client_id => $1, _secret_mac => $2, _session_id => $3, _ip => $4)`
	introspectSQL = `select status, body from oauth.introspect(_client_id => $1, _secret_mac => $2, _claims => $3, _session_id => $4,
  _counter => $5, _settings => $6)`
	userinfoSQL = `select status, body from oauth.userinfo(_user_id => $1, _session_id => $2, _scope => $3, _settings => $4)`
)

// credentials are a client's, by Authorization: Basic or in the form.
type credentials struct {
	id  uuid.UUID
	mac []byte // of the secret; nil for none
}

// form reads a request of a client's: no parameter twice, one way to prove who
// it is (RFC 6749, 2.3 and 3.2). It answers nil when it has refused.
func (s *Service) form(c echo.Context) (url.Values, *credentials, error) {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		return nil, nil, refused(c, http.StatusBadRequest, "invalid_request", "the body must be a form")
	}
	f := r.PostForm
	for name, values := range f {
		if len(values) > 1 {
			return nil, nil, refused(c, http.StatusBadRequest, "invalid_request", name+" is given twice")
		}
	}
	id, secret := f.Get("client_id"), f.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		if secret != "" || id != "" && id != user {
			return nil, nil, refused(c, http.StatusBadRequest, "invalid_request", "the client authenticates twice")
		}
		// The two are form-encoded before they are joined.
		var err1, err2 error
		id, err1 = url.QueryUnescape(user)
		secret, err2 = url.QueryUnescape(password)
		if err1 != nil || err2 != nil {
			return nil, nil, refused(c, http.StatusUnauthorized, "invalid_client", "Client authentication failed")
		}
	}
	who := &credentials{id: clientID(id)}
	if secret != "" {
		who.mac = s.secretHash(secret)
	}
	return f, who, nil
}

func (s *Service) token(c echo.Context) error {
	f, who, err := s.form(c)
	if who == nil {
		return err
	}
	switch f.Get("grant_type") {
	case "authorization_code":
		return s.exchange(c, f, who)
	case "refresh_token":
		return s.refresh(c, f, who)
	default:
		return refused(c, http.StatusBadRequest, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
	}
}

// granted is what functions that hand out tokens answer.
type granted struct {
	db.Outcome
	Claims    json.RawMessage
	IDClaims  json.RawMessage `json:"id_claims"`
	SessionID *uuid.UUID      `json:"session_id"`
	Counter   *int64
}

// issue calls a function that hands out tokens, through auth where a hook over HTTP
// has a say in them.
func (s *Service) issue(ctx context.Context, sql string, args ...any) (out granted, err error) {
	answer, err := s.Ask(ctx, sql, args...)
	switch {
	case err != nil:
		return out, err
	case answer == nil:
		return db.CallRow[granted](ctx, s.Pool, sql, args...)
	default:
		return out, json.Unmarshal(answer, &out)
	}
}

func (s *Service) exchange(c echo.Context, f url.Values, who *credentials) error {
	verifier := sha256.Sum256([]byte(f.Get("code_verifier")))
	ip, agent := s.Client(c)
	out, err := s.issue(c.Request().Context(), exchangeSQL, who.id, who.mac, s.codeHash(f.Get("code")), text(f.Get("redirect_uri")),
		base64.RawURLEncoding.EncodeToString(verifier[:]), ip, agent, s.Settings)
	return s.grant(c, &out, err)
}

func (s *Service) refresh(c echo.Context, f url.Values, who *credentials) error {
	session, counter, ok := s.parseRefresh(f.Get("refresh_token"))
	if !ok {
		return refused(c, http.StatusBadRequest, "invalid_grant", "The refresh token is unknown or used")
	}
	ip, _ := s.Client(c)
	out, err := s.issue(c.Request().Context(), refreshSQL, who.id, who.mac, session, counter, text(f.Get("scope")), ip, s.Settings)
	return s.grant(c, &out, err)
}

// grant signs the tokens that a function has granted.
func (s *Service) grant(c echo.Context, out *granted, err error) error {
	if err != nil || out.Status != http.StatusOK {
		return reply(c, out.Outcome, err)
	}
	var answer struct {
		AccessToken  string `json:"access_token"`
		TokenType    string `json:"token_type"`
		ExpiresIn    int64  `json:"expires_in"`
		RefreshToken string `json:"refresh_token,omitempty"`
		IDToken      string `json:"id_token,omitempty"`
		Scope        string `json:"scope"`
	}
	var times struct{ Iat, Exp int64 }
	if err := json.Unmarshal(out.Body, &answer); err != nil {
		return err
	}
	if err := json.Unmarshal(out.Claims, &times); err != nil {
		return err
	}
	if answer.AccessToken, err = s.Ring.Sign(out.Claims); err != nil {
		return err
	}
	answer.TokenType, answer.ExpiresIn = "bearer", times.Exp-times.Iat
	if out.Counter != nil {
		answer.RefreshToken = s.mintRefresh(*out.SessionID, *out.Counter)
	}
	if out.IDClaims != nil {
		if answer.IDToken, err = s.idToken(out.IDClaims, answer.AccessToken); err != nil {
			return err
		}
	}
	return write(c, http.StatusOK, answer)
}

// idToken signs the claims, and binds them to the access token (at_hash).
func (s *Service) idToken(raw json.RawMessage, access string) (string, error) {
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		return "", err
	}
	if alg := s.Ring.Algorithm(); strings.HasSuffix(alg, "256") {
		sum := sha256.Sum256([]byte(access))
		claims["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	}
	text, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return s.Ring.Sign(text)
}

// revoke ends what either token of a client's stands for (RFC 7009).
func (s *Service) revoke(c echo.Context) error {
	f, who, err := s.form(c)
	if who == nil {
		return err
	}
	t := s.read(f.Get("token"))
	ip, _ := s.Client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, revokeSQL, who.id, who.mac, t.session, ip)
	return reply(c, out, err)
}

func (s *Service) introspect(c echo.Context) error {
	f, who, err := s.form(c)
	if who == nil {
		return err
	}
	t := s.read(f.Get("token"))
	out, err := db.Call(c.Request().Context(), s.Pool, introspectSQL, who.id, who.mac, t.claims, t.session, t.counter, s.Settings)
	return reply(c, out, err)
}

// known is a token that this server made; nothing in it for any other.
type known struct {
	claims  json.RawMessage
	session *uuid.UUID
	counter *int64
}

func (s *Service) read(token string) (t known) {
	if session, counter, ok := s.parseRefresh(token); ok {
		return known{session: &session, counter: &counter}
	}
	claims, err := s.Ring.Verify(token)
	if err != nil {
		return t
	}
	if session, err := uuid.Parse(claims.SessionID); err == nil {
		return known{claims: claims.Raw, session: &session}
	}
	return t
}

func (s *Service) userinfo(c echo.Context) error {
	var token struct {
		Sub       uuid.UUID `json:"sub"`
		SessionID uuid.UUID `json:"session_id"`
		Scope     *string   `json:"scope"`
	}
	claims, err := s.Ring.Verify(db.Credentials(c.Request()))
	if err == nil {
		err = json.Unmarshal(claims.Raw, &token)
	}
	if err != nil {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer error="invalid_token"`)
		return refused(c, http.StatusUnauthorized, "invalid_token", "The access token is missing or refused")
	}
	out, err := db.Call(c.Request().Context(), s.Pool, userinfoSQL, token.Sub, token.SessionID, token.Scope, s.Settings)
	if err == nil && out.Status == http.StatusUnauthorized {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer error="invalid_token"`)
		return write(c, out.Status, out.Body)
	}
	return reply(c, out, err)
}
