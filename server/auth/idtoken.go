package auth

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/auth/provider"
	"howdah/server/db"
)

const idTokenSQL = `select status, body, claims, session_id, counter from auth.id_token_sign_in(_provider => $1, _identity => $2,
	_email_optional => $3, _user_id => $4, _session_id => $5, _token => $6, _ip => $7, _user_agent => $8, _settings => $9)`

const identityUnlinkSQL = `select status, body from auth.identity_unlink(_user_id => $1, _session_id => $2, _identity_id => $3, _ip => $4, _settings => $5)`

type idTokenRequest struct {
	Provider     string `json:"provider"`
	Issuer       string `json:"issuer"`
	IDToken      string `json:"id_token"`
	AccessToken  string `json:"access_token"`
	Nonce        string `json:"nonce"`
	LinkIdentity bool   `json:"link_identity"`
}

// oauthRefusal is OAuth's shape of an error, which this grant has.
func oauthRefusal(c echo.Context, code, description string) error {
	c.Response().Header().Set("X-Sb-Error-Code", code)
	noStore(c)
	return c.JSON(http.StatusBadRequest, map[string]string{"error": code, "error_description": description})
}

// idToken is grant_type=id_token: a client brings a token that a provider gave it.
func (s *Service) idToken(c echo.Context, in idTokenRequest) error {
	if in.IDToken == "" {
		return oauthRefusal(c, "invalid request", "id_token required")
	}
	name, p := s.providerOf(in)
	if p == nil {
		return refuse(http.StatusBadRequest, "provider_disabled", "Provider "+name+" is not enabled")
	}
	var user, session *uuid.UUID
	if in.LinkIdentity {
		u, at, err := s.caller(c)
		if err != nil {
			return err
		}
		user, session = &u, &at
	}
	who, err := p.Verify(c.Request().Context(), provider.IDToken{Raw: in.IDToken, AccessToken: in.AccessToken, Nonce: in.Nonce})
	var bad *provider.InvalidTokenError
	switch {
	case errors.Is(err, provider.ErrNonce):
		return oauthRefusal(c, "invalid nonce", err.Error())
	case errors.Is(err, provider.ErrNonceMissing), errors.As(err, &bad):
		return oauthRefusal(c, "invalid request", err.Error())
	case errors.Is(err, provider.ErrNotOpenID):
		return invalid("Provider " + name + " does not support id_tokens")
	case err != nil:
		return err
	}
	token, err := s.mint(flow{}, s.redirectTo(c), "signup")
	if err != nil {
		return err
	}
	ip, agent := client(c)
	out, err := hooks.Call[outcome](c.Request().Context(), s.asker, nil, idTokenSQL, name, who.Data, p.EmailOptional(), user, session, token, ip, agent, s.settings)
	if err != nil {
		return err
	}
	return s.answer(c, out)
}

// providerOf is the provider by name, else by its issuer.
func (s *Service) providerOf(in idTokenRequest) (string, provider.Provider) {
	if in.Provider != "" {
		return in.Provider, s.providers[in.Provider]
	}
	for name, p := range s.providers {
		if in.Issuer != "" && p.Issuer() == in.Issuer {
			return name, p
		}
	}
	return in.Issuer, nil
}

// unlinkIdentity is DELETE /user/identities/{identity_id}.
func (s *Service) unlinkIdentity(c echo.Context) error {
	user, session, err := s.caller(c)
	if err != nil {
		return err
	}
	id, err := pathID(c, "identity_id")
	if err != nil {
		return err
	}
	ip, _ := client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, identityUnlinkSQL, user, session, id, ip, s.settings)
	if err != nil {
		return err
	}
	return reply(c, out)
}
