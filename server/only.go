package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/ops"
	"howdah/server/problem"
	"howdah/server/rest"
	"howdah/sql"
)

const (
	restReadySQL     = `select status, body from rest.ready()`
	loginSettingsSQL = `select rest.login_settings() as settings`
)

// NewOnlyRest builds a server of the data API alone, at / and at /rest/v1, in
// PostgREST's place: it logs in by PGRST_DB_URI, verifies tokens by
// PGRST_JWT_SECRET, and needs nothing of ours in the database but schema rest.
func NewOnlyRest(ctx context.Context, c *config.Config, version string) (*Server, error) {
	if c.PostgREST.URI == "" {
		return nil, errors.New("PGRST_DB_URI is not set: give the connection of the role that the server logs in as")
	}
	pool, err := db.Open(ctx, c.PostgREST.URI.Reveal(), c.DB)
	if err != nil {
		return nil, err
	}
	out, err := db.Call(ctx, pool, restReadySQL)
	if err != nil {
		pool.Close()
		if p := problem.From(err); p.Status == http.StatusServiceUnavailable {
			return nil, fmt.Errorf("the database does not answer: %w", err)
		}
		return nil, fmt.Errorf("schema rest is missing, or not granted to PGRST_DB_URI's role: run `howdah migrate --only rest`"+
			" with an owner's DATABASE_URL and this PGRST_DB_URI: %w", err)
	}
	slog.InfoContext(ctx, "the data API is installed", "ready", string(out.Body))
	if c.PostgREST.InDatabase {
		there, err := db.CallRow[struct{ Settings map[string]string }](ctx, pool, loginSettingsSQL)
		if err == nil {
			c, err = c.Overridden(there.Settings)
		}
		if err != nil {
			pool.Close()
			return nil, fmt.Errorf("settings pgrst.* of the login role: %w", err)
		}
	}
	s := newBase(c, pool, ops.NewHealth(pool, restReadySQL, version), problem.Wire{Prefix: "", Render: problem.RenderPostgREST})
	// Before routing: what is asked below /rest/v1 is what is asked at /.
	s.echo.Pre(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(e echo.Context) error {
			u := e.Request().URL
			for _, path := range []*string{&u.Path, &u.RawPath} {
				if below, ok := strings.CutPrefix(*path, "/rest/v1"); ok && (below == "" || below[0] == '/') {
					*path = "/" + strings.TrimPrefix(below, "/")
				}
			}
			return next(e)
		}
	})
	channels := []string{ddlChannel}
	if c.PostgREST.ChannelEnabled {
		channels = append(channels, c.PostgREST.Channel)
	}
	if err := s.mountRest(rest.Deps{Pool: pool, Config: c.Rest, Version: version}, "", channels...); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

// Reload drops all compiled statements, as SIGUSR1 asks.
func (s *Server) Reload() {
	select {
	case s.changed <- struct{}{}:
	default: // the service has not yet seen the last one, which says the same
	}
}

// ServeProbes answers /live and /ready on l until ctx ends: PostgREST's admin server.
func (s *Server) ServeProbes(ctx context.Context, l net.Listener) error {
	e := newEcho()
	e.HTTPErrorHandler = problem.Handler()
	s.health.MountProbes(e)
	hs := &http.Server{Handler: e, ReadHeaderTimeout: s.readTimeout}
	done := context.AfterFunc(ctx, func() { _ = hs.Close() })
	defer done()
	if err := hs.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve probes: %w", err)
	}
	return nil
}

// InstallRest puts schema rest into the database of DATABASE_URL, an owner's
// connection, for the role login to use; empty means PGRST_DB_URI's role. It
// answers that role, and false when nothing was to be done.
func InstallRest(ctx context.Context, c *config.Config, login string) (string, bool, error) {
	if c.DB.URL == "" {
		return "", false, errors.New("DATABASE_URL is not set: give an owner's connection, which may create a schema")
	}
	if login == "" {
		login = "authenticator"
		if u, err := url.Parse(c.PostgREST.URI.Reveal()); err == nil && u.User != nil && c.PostgREST.URI != c.DB.URL {
			login = u.User.Username()
		}
	}
	files, err := fs.Sub(sql.FS, "rest")
	if err != nil {
		return login, false, err
	}
	done, err := db.Install(ctx, c.DB.URL.Reveal(), "rest", login, files)
	return login, done, err
}
