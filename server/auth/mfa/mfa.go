// Package mfa serves second factors and passkeys below /auth/v1. The rules are
// functions in sql/auth/mfa; here are the codes and the signatures.
package mfa

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/kit"
	"howdah/server/config"
)

// Service answers /factors, /passkeys and /mfa.
type Service struct {
	*kit.Kit
	settings json.RawMessage
	issuer   string // of TOTP, when the client names none
	rp       *webauthn.WebAuthn
}

// New makes a Service for the app at site.
func New(k *kit.Kit, c config.MFA, site string) (*Service, error) {
	settings, err := k.With(map[string]any{
		"mfa_totp_enroll": c.TOTPEnroll, "mfa_totp_verify": c.TOTPVerify, "mfa_phone_enroll": c.PhoneEnroll, "mfa_phone_verify": c.PhoneVerify,
		"mfa_webauthn_enroll": c.WebAuthnEnroll, "mfa_webauthn_verify": c.WebAuthnVerify, "mfa_max_factors": c.MaxFactors,
		"mfa_challenge_expiry": c.ChallengeExpiry, "mfa_factor_expiry": c.FactorExpiry, "mfa_phone_max_frequency": c.PhoneFrequency,
		"mfa_rate_limit": c.RateLimit, "mfa_rate_limit_hour": 4 * c.RateLimit, "passkey_enabled": c.Passkeys, "passkey_max": c.MaxPasskeys,
	})
	if err != nil {
		return nil, fmt.Errorf("mfa settings: %w", err)
	}
	id, origins := c.RelyingParty(site)
	rp, err := webauthn.New(&webauthn.Config{
		RPID: id, RPDisplayName: c.RPName, RPOrigins: origins,
		AuthenticatorSelection: protocol.AuthenticatorSelection{UserVerification: protocol.VerificationPreferred},
	})
	if err != nil {
		return nil, fmt.Errorf("WEBAUTHN_RP_ID, WEBAUTHN_RP_ORIGINS: %w", err)
	}
	s := &Service{Kit: k, settings: settings, issuer: id, rp: rp}
	if u, err := url.Parse(site); err == nil && u.Host != "" {
		s.issuer = u.Host
	}
	return s, nil
}

// Mount adds the routes: GoTrue's, and the short ones under /mfa.
func (s *Service) Mount(e *echo.Echo) {
	for _, route := range []struct {
		method, path string
		handler      echo.HandlerFunc
	}{
		{http.MethodPost, "/factors", s.enroll},
		{http.MethodPost, "/factors/:factor/challenge", s.challenge},
		{http.MethodPost, "/factors/:factor/verify", s.verify},
		{http.MethodDelete, "/factors/:factor", s.unenroll},
		{http.MethodPost, "/passkeys/registration/options", s.registerOptions},
		{http.MethodPost, "/passkeys/registration/verify", s.registerVerify},
		{http.MethodPost, "/passkeys/authentication/options", s.loginOptions},
		{http.MethodPost, "/passkeys/authentication/verify", s.loginVerify},
		{http.MethodGet, "/passkeys", s.listPasskeys},
		{http.MethodPatch, "/passkeys/:passkey", s.renamePasskey},
		{http.MethodDelete, "/passkeys/:passkey", s.deletePasskey},
		{http.MethodGet, "/mfa/status", s.status},
		{http.MethodPost, "/mfa/start", s.enroll},
		{http.MethodPost, "/mfa/send_code", s.sendCode},
		{http.MethodPost, "/mfa/confirm", s.confirm},
		{http.MethodPost, "/mfa/verify", s.verifyShort},
		{http.MethodPost, "/mfa/disable", s.disable},
		{http.MethodPost, "/mfa/recovery/regenerate", s.regenerate},
		{http.MethodPost, "/mfa/recovery/verify", s.recover},
	} {
		e.Add(route.method, "/auth/v1"+route.path, route.handler, s.Limit)
	}
}
