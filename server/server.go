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
	"howdah/server/auth/keys"
	"howdah/server/auth/mfa"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/oauth"
	"howdah/server/ops"
	"howdah/server/orgs"
	"howdah/server/problem"
	"howdah/server/realtime"
	"howdah/server/rest"
	"howdah/server/storage"
	"howdah/server/token"
)

// Server is everything that answers requests.
type Server struct {
	echo        *echo.Echo
	pool        *db.Pool
	health      *ops.Health
	meter       *keys.Meter // of API keys; nil with --only rest
	listener    *db.Listener
	changed     chan struct{}           // DDL was announced
	loops       []func(context.Context) // what goes on beside requests, each until its context ends
	readTimeout time.Duration

	reloadFunctions func(context.Context) ([]string, map[string]error)
}

const platformReadySQL = `select status, body from ops.ready()`

// New builds a server on the database at url, which it reaches as
// authenticator and need not be up yet.
func New(ctx context.Context, c *config.Config, url, version string) (_ *Server, err error) {
	pool, err := db.Open(ctx, url, c.DB)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			pool.Close()
		}
	}()
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	if c.Auth.JWTAlgorithm == "EdDSA" {
		slog.WarnContext(ctx, "supabase-js does not verify EdDSA by itself: its getClaims fails; prefer ES256 for browsers")
	}
	s := newBase(c, pool, ops.NewHealth(pool, platformReadySQL, version),
		problem.Wire{Prefix: "/auth/v1", Render: problem.GoTrue},
		problem.Wire{Prefix: "/rest/v1", Render: problem.RenderPostgREST},
		problem.Wire{Prefix: storage.Prefix, Render: problem.Storage},
		problem.Wire{Prefix: storage.Prefix + "/upload/resumable", Render: problem.StorageText},
		problem.Wire{Prefix: storage.Prefix + "/s3", Render: problem.StorageXML},
	)
	s.loops = append(s.loops, ring.Run)
	return s, s.mount(ctx, c, ring, version)
}

// mount serves every domain.
func (s *Server) mount(ctx context.Context, c *config.Config, ring *token.Ring, version string) error {
	s.health.Mount(s.echo)
	if err := s.mountAuth(ctx, c, ring, version); err != nil {
		return err
	}
	api := rest.Deps{Pool: s.pool, Verifier: ring, Config: c.Rest, Version: version, Sessions: true, Explain: !c.Production()}
	if err := s.mountRest(api, "/rest/v1", ddlChannel); err != nil {
		return err
	}
	if err := s.mountStorage(c, ring, version); err != nil {
		return err
	}
	s.mountRealtime(c, ring)
	s.mountFunctions(ctx, c, ring)
	return s.mountJobs(c, ring)
}

// newBase is a server that answers nothing yet.
func newBase(c *config.Config, pool *db.Pool, health *ops.Health, wires ...problem.Wire) *Server {
	s := &Server{echo: newEcho(), pool: pool, health: health, listener: db.NewListener(pool), readTimeout: c.Server.RequestTimeout}
	s.echo.HTTPErrorHandler = problem.Handler(wires...)
	use(s.echo, c.Server, c.Production())
	s.loops = append(s.loops, s.listener.Run)
	return s
}

func newEcho() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	return e
}

func (s *Server) mountAuth(ctx context.Context, c *config.Config, ring *token.Ring, version string) error {
	users, err := auth.New(ctx, auth.Deps{Pool: s.pool, Ring: ring, Config: c.Auth, Server: c.Server, Version: version})
	if err != nil {
		return err
	}
	s.echo.Use(users.Cookies)
	users.Mount(s.echo)
	s.loops = append(s.loops, users.Run)
	kit := users.Kit()
	factors, err := mfa.New(kit, c.Auth.MFA, c.Server.SiteURL)
	if err != nil {
		return err
	}
	factors.Mount(s.echo)
	keys.New(kit).Mount(s.echo)
	s.meter = keys.NewMeter(s.pool, time.Second)
	s.echo.Use(s.meter.Count)
	s.loops = append(s.loops, s.meter.Run)
	apps := oauth.New(oauth.Deps{
		Pool: s.pool, Ring: ring, Config: c.OAuth, Settings: kit.Settings, Issuer: c.Auth.JWTIssuer, SiteURL: c.Server.SiteURL,
		Ask: kit.Asker.Through, Caller: kit.Caller, Client: kit.Client, Decode: kit.Decode, Limit: kit.Limit,
	})
	apps.Mount(s.echo)
	tenants := orgs.New(orgs.Deps{
		Pool: s.pool, Ring: ring, AnonRole: c.Rest.AnonRole, SiteURL: c.Server.SiteURL, Decode: kit.Decode, Limit: kit.Limit,
	})
	tenants.Mount(s.echo)
	s.loops = append(s.loops, apps.Run, tenants.Run)
	return nil
}

// ddlChannel is where the event trigger of sql/rest announces DDL.
const ddlChannel = "howdah_ddl"

// mountRest serves the data API below prefix; what comes in on the channels
// drops its compiled statements.
func (s *Server) mountRest(d rest.Deps, prefix string, channels ...string) error {
	s.changed = make(chan struct{}, 1)
	for _, channel := range channels {
		s.listener.On(channel, func(string) { s.Reload() })
	}
	d.Changed = s.changed
	api, err := rest.New(d)
	if err != nil {
		return err
	}
	api.Mount(s.echo.Group(prefix))
	s.loops = append(s.loops, api.Run)
	return nil
}

func (s *Server) mountStorage(c *config.Config, ring *token.Ring, version string) error {
	backend, err := storage.NewBackend(c.Storage)
	if err != nil {
		return err
	}
	files, err := storage.New(storage.Deps{
		Pool: s.pool, Ring: ring, Backend: backend, Config: c.Storage, ExternalURL: c.Server.ExternalURL, AnonRole: c.Rest.AnonRole, Version: version,
	})
	if err != nil {
		return err
	}
	files.Mount(s.echo)
	s.loops = append(s.loops, files.Run)
	return nil
}

// mountRealtime serves the sockets. Live queries are answered by the data API,
// through the same handlers and middleware as any request.
func (s *Server) mountRealtime(c *config.Config, verifier token.Verifier) {
	if !c.Realtime.Enabled {
		return
	}
	sockets := realtime.New(realtime.Deps{
		Pool: s.pool, Listener: s.listener, Verifier: verifier, Config: c.Realtime, AnonRole: c.Rest.AnonRole,
		SearchPath: searchPath(c.Rest), Rest: s.echo, RestPrefix: "/rest/v1", Demo: !c.Production(),
	})
	sockets.Mount(s.echo.Group("/realtime/v1"))
	s.loops = append(s.loops, sockets.Run)
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
	for _, loop := range s.loops {
		loops.Go(func() { loop(ctx) })
	}
	go func() {
		defer close(done)
		loops.Wait()
	}()
	return done
}
