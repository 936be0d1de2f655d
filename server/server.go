// Package server builds Howdah from its domains. It is the only place that
// knows them all.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/auth"
	"howdah/server/auth/keys"
	"howdah/server/auth/kit"
	"howdah/server/auth/mfa"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/oauth"
	"howdah/server/ops"
	"howdah/server/problem"
	"howdah/server/rest"
	"howdah/server/token"
)

// Server is everything that answers requests.
type Server struct {
	echo        *echo.Echo
	pool        *db.Pool
	health      *ops.Health
	rest        *rest.Service
	meter       *keys.Meter // of API keys
	listener    *db.Listener
	changed     chan struct{} // DDL was announced
	readTimeout time.Duration
}

const platformReadySQL = `select status, body from ops.ready()`

// New builds a server on the database at url, which it reaches as
// authenticator and need not be up yet.
func New(ctx context.Context, c *config.Config, url, version string) (*Server, error) {
	pool, err := db.Open(ctx, url, c.DB)
	if err != nil {
		return nil, err
	}
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	if c.Auth.JWTAlgorithm == "EdDSA" {
		slog.WarnContext(ctx, "supabase-js does not verify EdDSA by itself: its getClaims fails; prefer ES256 for browsers")
	}
	s := &Server{echo: newEcho(), pool: pool, readTimeout: c.Server.RequestTimeout, health: ops.NewHealth(pool, platformReadySQL, version)}
	s.echo.HTTPErrorHandler = problem.Handler(
		problem.Wire{Prefix: "/auth/v1", Render: problem.GoTrue},
		problem.Wire{Prefix: "/rest/v1", Render: problem.RenderPostgREST},
	)
	use(s.echo, c.Server, c.Production()) //nolint:contextcheck // middleware derives from each request's context
	s.health.Mount(s.echo)
	users, err := auth.New(ctx, auth.Deps{Pool: pool, Ring: ring, Config: c.Auth, Version: version})
	if err != nil {
		pool.Close()
		return nil, err
	}
	users.Mount(s.echo)
	if err := s.mountAuth(users.Kit(), c); err != nil {
		pool.Close()
		return nil, err
	}
	s.listener = db.NewListener(pool)
	s.mountRest(rest.Deps{Pool: pool, Verifier: ring, Config: c.Rest, Version: version, Sessions: true}, "/rest/v1", ddlChannel)
	return s, nil
}

// mountAuth serves what stands on users and their sessions.
func (s *Server) mountAuth(k *kit.Kit, c *config.Config) error {
	factors, err := mfa.New(k, c.Auth.MFA, c.Server.SiteURL)
	if err != nil {
		return err
	}
	factors.Mount(s.echo)
	keys.New(k).Mount(s.echo)
	s.meter = keys.NewMeter(k.Pool, time.Second)
	s.echo.Use(s.meter.Count)
	oauth.New(oauth.Deps{
		Pool: k.Pool, Ring: k.Ring, Config: c.OAuth, Settings: k.Settings, Issuer: c.Auth.JWTIssuer, SiteURL: c.Server.SiteURL,
		Caller: k.Caller, Client: k.Client, Decode: k.Decode, Limit: k.Limit,
	}).Mount(s.echo)
	return nil
}

func newEcho() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	return e
}

// ddlChannel is where the event trigger of sql/rest announces DDL.
const ddlChannel = "howdah_ddl"

// mountRest serves the data API below prefix; what comes in on the channels
// drops its compiled statements.
func (s *Server) mountRest(d rest.Deps, prefix string, channels ...string) {
	s.changed = make(chan struct{}, 1)
	for _, channel := range channels {
		s.listener.On(channel, func(string) { s.Reload() })
	}
	d.Changed = s.changed
	s.rest = rest.New(d)
	s.rest.Mount(s.echo.Group(prefix))
}

// start runs what goes on beside requests until ctx ends; the channel closes
// when all of it has stopped.
func (s *Server) start(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	var loops sync.WaitGroup
	loops.Go(func() { s.listener.Run(ctx) })
	loops.Go(func() { s.rest.Run(ctx) })
	if s.meter != nil { // not where the data API is served alone
		loops.Go(func() { s.meter.Run(ctx) })
	}
	go func() {
		defer close(done)
		loops.Wait()
	}()
	return done
}
