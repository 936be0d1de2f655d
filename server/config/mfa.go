package config

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// MFA is second factors and passkeys.
type MFA struct {
	TOTPEnroll      bool `env:"MFA_TOTP_ENROLL_ENABLED" envDefault:"true" doc:"users may add authenticator apps"`
	TOTPVerify      bool `env:"MFA_TOTP_VERIFY_ENABLED" envDefault:"true" doc:"authenticator apps count as a second factor"`
	PhoneEnroll     bool `env:"MFA_PHONE_ENROLL_ENABLED" envDefault:"false" doc:"users may add phones as a second factor"`
	PhoneVerify     bool `env:"MFA_PHONE_VERIFY_ENABLED" envDefault:"false" doc:"codes by SMS count as a second factor"`
	WebAuthnEnroll  bool `env:"MFA_WEB_AUTHN_ENROLL_ENABLED" envDefault:"true" doc:"users may add security keys"`
	WebAuthnVerify  bool `env:"MFA_WEB_AUTHN_VERIFY_ENABLED" envDefault:"true" doc:"security keys count as a second factor"`
	EmailEnroll     bool `env:"MFA_EMAIL_ENROLL_ENABLED" envDefault:"false" doc:"users may add codes by mail as a second factor"`
	EmailVerify     bool `env:"MFA_EMAIL_VERIFY_ENABLED" envDefault:"false" doc:"codes by mail count as a second factor, but not after a sign-in by mail"`
	MaxFactors      int  `env:"MFA_MAX_ENROLLED_FACTORS" envDefault:"10" doc:"factors a user may have"`
	ChallengeExpiry int  `env:"MFA_CHALLENGE_EXPIRY_DURATION" envDefault:"300" doc:"seconds a challenge is open"`
	FactorExpiry    int  `env:"MFA_FACTOR_EXPIRY_DURATION" envDefault:"300" doc:"seconds after which an unverified factor is dropped"`
	PhoneFrequency  int  `env:"MFA_PHONE_MAX_FREQUENCY" envDefault:"60" doc:"seconds between two codes by SMS"`
	RateLimit       int  `env:"MFA_RATE_LIMIT_CHALLENGE_AND_VERIFY" envDefault:"15" doc:"challenges and attempts of a user a minute; four times that an hour"`

	Passkeys    bool `env:"PASSKEY_ENABLED" envDefault:"true" doc:"sign-in by passkey"`
	MaxPasskeys int  `env:"PASSKEY_MAX_PASSKEYS_PER_USER" envDefault:"10" doc:"passkeys a user may have"`

	RPID      string   `env:"WEBAUTHN_RP_ID" doc:"domain that passkeys and security keys are bound to; default the host of SITE_URL"`
	RPName    string   `env:"WEBAUTHN_RP_DISPLAY_NAME" envDefault:"Howdah" doc:"what a browser calls the app"`
	RPOrigins []string `env:"WEBAUTHN_RP_ORIGINS" doc:"origins whose pages may use them; default that of SITE_URL"`
}

func (m *MFA) mistakes(add func(ok bool, format string, args ...any)) {
	add(m.MaxFactors >= 1 && m.MaxPasskeys >= 1, "MFA_MAX_ENROLLED_FACTORS and PASSKEY_MAX_PASSKEYS_PER_USER must be at least 1")
	add(m.ChallengeExpiry >= 30 && m.ChallengeExpiry <= 3600, "MFA_CHALLENGE_EXPIRY_DURATION must lie between 30 and 3600 seconds")
	add(m.FactorExpiry >= 60, "MFA_FACTOR_EXPIRY_DURATION must be at least 60 seconds")
	add(m.PhoneFrequency >= 0, "MFA_PHONE_MAX_FREQUENCY must not be negative")
	add(m.RateLimit >= 1, "MFA_RATE_LIMIT_CHALLENGE_AND_VERIFY must be at least 1")
	add(!slices.ContainsFunc(m.RPOrigins, func(o string) bool { return !isHTTP(o) }), "WEBAUTHN_RP_ORIGINS must be origins like https://app.example.com")
}

// RelyingParty is whom browsers bind credentials to, where site is SITE_URL.
// They bind to no IP address: on one, open the app as localhost.
func (m *MFA) RelyingParty(site string) (id string, origins []string) {
	id, origins = m.RPID, m.RPOrigins
	u, err := url.Parse(site)
	if err != nil {
		return id, origins
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		u.Host = strings.TrimSuffix(net.JoinHostPort("localhost", u.Port()), ":")
	}
	if id == "" {
		id = u.Hostname()
	}
	if len(origins) == 0 {
		origins = []string{u.Scheme + "://" + u.Host}
	}
	return id, origins
}
