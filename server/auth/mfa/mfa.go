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
		"mfa_email_enroll": c.EmailEnroll, "mfa_email_verify": c.EmailVerify,
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
		says         string // whose it is, and what it does: the OpenAPI document reads it
	}{
		{http.MethodPost, "/factors", s.enroll, "user: Adds a second factor: totp, phone or webauthn."},
		{http.MethodPost, "/factors/:factor/challenge", s.challenge, "user: Opens a challenge of a second factor."},
		{http.MethodPost, "/factors/:factor/verify", s.verify, "user: Answers a challenge, and lifts the session to aal2."},
		{http.MethodDelete, "/factors/:factor", s.unenroll, "user: Takes a second factor away."},
		{http.MethodPost, "/passkeys/registration/options", s.registerOptions, "user: Begins to add a passkey."},
		{http.MethodPost, "/passkeys/registration/verify", s.registerVerify, "user: Adds the passkey that a browser made."},
		{http.MethodPost, "/passkeys/authentication/options", s.loginOptions, "public: Begins a sign-in with a passkey."},
		{http.MethodPost, "/passkeys/authentication/verify", s.loginVerify, "public: Trades the answer of a passkey for a session."},
		{http.MethodGet, "/passkeys", s.listPasskeys, "user: The passkeys of the caller."},
		{http.MethodPatch, "/passkeys/:passkey", s.renamePasskey, "user: Renames a passkey."},
		{http.MethodDelete, "/passkeys/:passkey", s.deletePasskey, "user: Takes a passkey away."},
		{http.MethodGet, "/mfa/status", s.status, "user: Which second factors the caller has, and how the session stands."},
		{http.MethodPost, "/mfa/start", s.enroll, "user: Adds an authenticator app."},
		{http.MethodPost, "/mfa/send_code", s.sendCode, "user: Sends a code to a factor."},
		{http.MethodPost, "/mfa/confirm", s.confirm, "user: Confirms the newest authenticator app with a code."},
		{http.MethodPost, "/mfa/verify", s.verifyShort, "user: Lifts the session with a code of the authenticator app."},
		{http.MethodPost, "/mfa/disable", s.disable, "user: Takes all second factors away."},
		{http.MethodPost, "/mfa/recovery/regenerate", s.regenerate, "user: New recovery codes, shown once."},
		{http.MethodPost, "/mfa/recovery/verify", s.recover, "user: Lifts the session with a recovery code."},
	} {
		e.Add(route.method, "/auth/v1"+route.path, route.handler, s.Limit).Name = route.says
	}
}
