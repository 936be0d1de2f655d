// Package auth speaks GoTrue's wire. The rules are functions in sql/auth; Go
// hashes passwords, checks and signs tokens, and carries bytes.
package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"runtime"

	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/token"
)

// Deps is what a Service is made of.
type Deps struct {
	Pool    *db.Pool
	Ring    *token.Ring
	Config  config.Auth
	Version string
}

// Service answers /auth/v1 and /.well-known.
type Service struct {
	Deps
	hasher   *hasher
	settings json.RawMessage // what sql/auth reads with auth._setting
}

// New makes a Service.
func New(ctx context.Context, d Deps) (*Service, error) {
	c := d.Config
	settings, err := json.Marshal(map[string]any{
		"issuer": c.JWTIssuer, "audience": c.JWTAudience, "jwt_exp": c.JWTExp, "reuse_interval": c.ReuseInterval,
		"disable_signup": c.DisableSignup, "autoconfirm": c.Autoconfirm, "email_enabled": c.EmailEnabled,
		"anonymous_enabled": c.AnonymousEnabled, "rate_limit_enabled": c.RateLimitEnabled, "rate_limit_window": c.RateLimitWindow,
		"rate_limit_token": c.RateLimitToken, "rate_limit_refresh": c.RateLimitRefresh, "rate_limit_signup": c.RateLimitSignup,
	})
	if err != nil {
		return nil, fmt.Errorf("auth settings: %w", err)
	}
	workers := c.HashConcurrency
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	h, err := newHasher(ctx, argonParams{memory: c.Argon2MemoryKiB, time: c.Argon2Time, threads: c.Argon2Threads}, workers, c.HashQueue)
	if err != nil {
		return nil, err
	}
	return &Service{Deps: d, hasher: h, settings: settings}, nil
}

// Mount adds the routes: GoTrue's paths, and the short ones beside them.
func (s *Service) Mount(e *echo.Echo) {
	for _, route := range []struct {
		method, path string
		handler      echo.HandlerFunc
	}{
		{http.MethodGet, "/health", s.health},
		{http.MethodGet, "/settings", s.getSettings},
		{http.MethodPost, "/signup", s.signUp},
		{http.MethodPost, "/token", s.grant},
		{http.MethodPost, "/refresh", s.refresh},
		{http.MethodPost, "/logout", s.signOut},
		{http.MethodGet, "/user", s.user},
		{http.MethodGet, "/.well-known/jwks.json", s.jwks},
	} {
		// Not a group with middleware: that would answer 404 for a wrong method.
		e.Add(route.method, "/auth/v1"+route.path, route.handler, s.limitBody)
	}
	e.GET("/.well-known/jwks.json", s.jwks)
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
