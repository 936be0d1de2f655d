// Package server builds Howdah from its domains. It is the only place that
// knows them all.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"howdah/server/auth"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/ops"
	"howdah/server/problem"
	"howdah/server/realtime"
	"howdah/server/rest"
	"howdah/server/token"
)

// Server is everything that answers requests.
type Server struct {
	echo        *echo.Echo
	pool        *db.Pool
	health      *ops.Health
	rest        *rest.Service
	realtime    *realtime.Service // nil where it is switched off
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
	s.listener = db.NewListener(pool)
	s.mountRest(rest.Deps{Pool: pool, Verifier: ring, Config: c.Rest, Version: version, Sessions: true}, "/rest/v1", ddlChannel)
	s.mountRealtime(c, ring) //nolint:contextcheck // sockets outlive the requests that opened them: their work ends with Run
	return s, nil
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

// mountRealtime serves the sockets. Live queries are answered by the data API,
// through the same handlers and middleware as any request.
func (s *Server) mountRealtime(c *config.Config, verifier token.Verifier) {
	if !c.Realtime.Enabled {
		return
	}
	s.realtime = realtime.New(realtime.Deps{
		Pool: s.pool, Listener: s.listener, Verifier: verifier, Config: c.Realtime, AnonRole: c.Rest.AnonRole,
		SearchPath: searchPath(c.Rest), Rest: s.echo, RestPrefix: "/rest/v1", Demo: !c.Production(),
	})
	s.realtime.Mount(s.echo.Group("/realtime/v1"))
}

// searchPath is what policies and functions are run with on every surface.
func searchPath(c config.Rest) string {
	var quoted []string
	for _, schema := range append(slices.Clone(c.Schemas[:1]), c.ExtraSearchPath...) {
		quoted = append(quoted, pgx.Identifier{schema}.Sanitize())
	}
	return strings.Join(quoted, ", ")
}

// start runs what goes on beside requests until ctx ends; the channel closes
// when all of it has stopped.
func (s *Server) start(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	var loops sync.WaitGroup
	loops.Go(func() { s.listener.Run(ctx) })
	loops.Go(func() { s.rest.Run(ctx) })
	if s.realtime != nil {
		loops.Go(func() { s.realtime.Run(ctx) })
	}
	go func() {
		defer close(done)
		loops.Wait()
	}()
	return done
}
