// Package auth speaks GoTrue's wire. The rules are functions in sql/auth; Go
// hashes passwords, checks and signs tokens, and carries bytes.
package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/auth/provider"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/token"
)

// Deps is what a Service is made of.
type Deps struct {
	Pool    *db.Pool
	Ring    *token.Ring
	Config  config.Auth
	Server  config.Server // the addresses of this server and its site
	Version string
}

// Service answers /auth/v1 and /.well-known.
type Service struct {
	Deps
	hasher    *hasher
	policy    *policy
	redirects *redirects
	providers map[string]provider.Provider
	captcha   *captcha          // nil for none
	cookies   *cookies          // nil for none
	testCodes map[string]string // by phone
	settings  json.RawMessage   // what sql/auth reads with auth._setting
	asker     *hooks.Asker
	hold      func(ctx context.Context, began time.Time, step time.Duration)
}

// New makes a Service.
func New(ctx context.Context, d Deps) (*Service, error) {
	asker := &hooks.Asker{Client: hooks.NewClient(d.Config.Hooks), Pool: d.Pool}
	named := settingsOf(d)
	if events := asker.Events(); events != nil {
		named["http_hooks"] = events
	}
	settings, err := json.Marshal(named)
	if err != nil {
		return nil, fmt.Errorf("auth settings: %w", err)
	}
	s := &Service{Deps: d, settings: settings, asker: asker, policy: newPolicy(d.Config, d.Server.SiteURL), captcha: newCaptcha(d.Config), testCodes: map[string]string{}, hold: holdBack}
	for _, pair := range d.Config.SMSTestOTP {
		phone, code, _ := strings.Cut(pair, ":")
		s.testCodes[normalPhone(phone)] = code
	}
	if s.redirects, err = newRedirects(d.Server.SiteURL, d.Config.URIAllowList); err != nil {
		return nil, err
	}
	if s.cookies, err = newCookies(d); err != nil {
		return nil, err
	}
	c := d.Config
	configured, err := c.Providers()
	if err != nil {
		return nil, err
	}
	s.providers = provider.New(configured, s.callback())
	workers := c.HashConcurrency
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	s.hasher, err = newHasher(ctx, argonOf(c), workers, c.HashQueue)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// settingsOf names the settings as auth._setting does.
func settingsOf(d Deps) map[string]any {
	c := d.Config
	return map[string]any{
		"issuer": c.JWTIssuer, "site_url": d.Server.SiteURL, "external_url": d.Server.ExternalURL, "audience": c.JWTAudience, "jwt_exp": c.JWTExp, "reuse_interval": c.ReuseInterval,
		"disable_signup": c.DisableSignup, "autoconfirm": c.Autoconfirm, "phone_autoconfirm": c.PhoneAutoconfirm,
		"email_enabled": c.EmailEnabled, "phone_enabled": c.PhoneEnabled, "anonymous_enabled": c.AnonymousEnabled,
		"secure_email_change": c.SecureEmailChange, "manual_linking": c.ManualLinking,
		"reauthenticate_password": c.Reauthenticate, "require_current_password": c.CurrentPassword,
		"otp_exp": c.OTPExp, "sms_otp_exp": c.SMSOTPExp, "otp_attempts": c.OTPAttempts, "mail_gap": c.MailGap, "sms_gap": c.SMSGap,
		"sms_template": c.SMSTemplate, "flow_exp": c.FlowExp,
		"session_timebox": c.SessionTimebox, "session_inactivity": c.SessionInactivity, "single_session": c.SessionSingle, "session_max": c.SessionMax,
		"cookie_max_age":    c.CookieMaxAge,
		"lockout_threshold": c.LockoutThreshold, "lockout_window": c.LockoutWindow, "lockout_base": c.LockoutBase, "lockout_cap": c.LockoutCap,
		"rate_limit_enabled": c.RateLimitEnabled, "rate_limit_window": c.RateLimitWindow, "rate_limit_token": c.RateLimitToken,
		"rate_limit_refresh": c.RateLimitRefresh, "rate_limit_signup": c.RateLimitSignup, "rate_limit_recover": c.RateLimitRecover,
		"rate_limit_otp": c.RateLimitOTP, "rate_limit_magiclink": c.RateLimitMagic, "rate_limit_verify": c.RateLimitVerify,
		"mail_cap": c.MailCap.N, "mail_cap_window": c.MailCap.Span.Seconds(), "sms_cap": c.SMSCap.N, "sms_cap_window": c.SMSCap.Span.Seconds(),
		"hook_send_email": c.Hooks.SendEmail, "notify_password_changed": c.Notices.PasswordChanged, "notify_email_changed": c.Notices.EmailChanged,
		"notify_phone_changed": c.Notices.PhoneChanged, "notify_identity_linked": c.Notices.IdentityLinked,
		"notify_identity_unlinked": c.Notices.IdentityUnlinked, "notify_mfa_factor_enrolled": c.Notices.FactorEnrolled,
		"notify_mfa_factor_unenrolled": c.Notices.FactorUnenrolled,
	}
}

// client is the caller's address and program, for limits, sessions and audit.
func client(c echo.Context) (ip *netip.Addr, agent string) {
	if addr, err := netip.ParseAddr(c.RealIP()); err == nil {
		addr = addr.Unmap().WithZone("")
		ip = &addr
	}
	agent = c.Request().UserAgent()
	return ip, sanitize(agent)
}
