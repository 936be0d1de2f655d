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
	"howdah/server/config"
	"howdah/server/db"
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
	listener    *db.Listener
	readTimeout time.Duration
}

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
	s := &Server{echo: echo.New(), pool: pool, readTimeout: c.Server.RequestTimeout}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = problem.Handler(
		problem.Wire{Prefix: "/auth/v1", Render: problem.GoTrue},
		problem.Wire{Prefix: "/rest/v1", Render: problem.RenderPostgREST},
	)
	use(s.echo, c.Server, c.Production()) //nolint:contextcheck // middleware derives from each request's context
	s.health = ops.NewHealth(pool, version)
	s.health.Mount(s.echo)
	users, err := auth.New(ctx, auth.Deps{Pool: pool, Ring: ring, Config: c.Auth, Version: version})
	if err != nil {
		pool.Close()
		return nil, err
	}
	users.Mount(s.echo)
	s.listener = db.NewListener(pool)
	changed := make(chan struct{}, 1)
	s.listener.On("howdah_ddl", func(string) {
		select {
		case changed <- struct{}{}:
		default: // the service has not yet seen the last one, which says the same
		}
	})
	s.rest = rest.New(rest.Deps{Pool: pool, Verifier: ring, Config: c.Rest, Version: version, Sessions: true, Changed: changed})
	s.rest.Mount(s.echo.Group("/rest/v1"))
	return s, nil
}

// start runs what goes on beside requests until ctx ends; the channel closes
// when all of it has stopped.
func (s *Server) start(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	var loops sync.WaitGroup
	loops.Go(func() { s.listener.Run(ctx) })
	loops.Go(func() { s.rest.Run(ctx) })
	go func() {
		defer close(done)
		loops.Wait()
	}()
	return done
}
