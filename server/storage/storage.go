// Package storage serves /storage/v1 as Supabase storage does: it moves bytes
// between clients and a backend. Whether something may be read or written,
// and whether it is there, is decided in sql/storage under the caller's role.
package storage

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/token"
)

// Prefix is where the service is mounted.
const Prefix = "/storage/v1"

// Deps is what the service needs.
type Deps struct {
	Pool        *db.Pool
	Ring        *token.Ring
	Backend     Backend
	Config      config.Storage
	ExternalURL string // of the whole server, as clients reach it
	AnonRole    string
	Version     string
}

// Service is the storage API.
type Service struct {
	Deps
	keeper  *Keeper
	links   *links
	writers *writers
	images  *images
}

// New makes the service; Run reaps.
func New(d Deps) (*Service, error) {
	images, err := newImages(d.Config)
	if err != nil {
		return nil, fmt.Errorf("image cache: %w", err)
	}
	return &Service{
		Deps: d, keeper: &Keeper{Pool: d.Pool, Backend: d.Backend}, links: newLinks(d.Ring, d.Config.URLKeys.Reveal()), writers: newWriters(), images: images,
	}, nil
}

// Mount adds the routes.
func (s *Service) Mount(e *echo.Echo) {
	g := e.Group(Prefix)
	g.GET("/status", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	g.GET("/version", func(c echo.Context) error { return c.String(http.StatusOK, s.Version) })
	s.mountBuckets(g)
	s.mountObjects(g)
	s.mountReads(g)
	s.mountLinks(g)
	s.mountResumable(g.Group("/upload/resumable"))
	s.mountImages(g)
	s.mountUnsupported(g)
	s.mountS3(g.Group("/s3"))
	s.mountAliases(e)
}

// handler serves one request as a caller.
type handler func(c echo.Context, as *db.Caller) error

// as makes a handler of one that needs a caller: whom the token names. The
// operation is what policies may ask by storage.operation().
func (s *Service) as(operation string, h handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.Header.Get("Authorization") == "" && r.Header.Get("Apikey") == "" {
			return refuse(http.StatusBadRequest, "InvalidRequest", "headers must have required property 'authorization'")
		}
		caller, err := db.CallerOf(r, s.Ring, s.AnonRole)
		if err != nil {
			return err
		}
		return h(c, named(c, caller, operation))
	}
}

// orAnon is as for what anybody may ask: no token, or a bad one, is anon.
func (s *Service) orAnon(operation string, h handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		caller, err := db.CallerOf(c.Request(), s.Ring, s.AnonRole)
		if err != nil {
			caller, err = db.CallerOf(&http.Request{URL: c.Request().URL, Header: http.Header{}}, s.Ring, s.AnonRole)
		}
		if err != nil {
			return err
		}
		return h(c, named(c, caller, operation))
	}
}

func named(c echo.Context, caller *db.Caller, operation string) *db.Caller {
	c.Set("role", caller.Role)
	caller.Settings = []byte(`{"storage.operation":"storage.` + operation + `"}`)
	return caller
}

// param is a part of the path, as the client meant it.
func param(c echo.Context, name string) string {
	value := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return value // net/http has decoded it
	}
	decoded, err := unescape(value)
	if err != nil {
		return value // no name is like that: it will not be found
	}
	return decoded
}

// Run reaps until ctx ends.
func (s *Service) Run(ctx context.Context) { s.reapLoop(ctx) }

func fullPath(bucket, name string) string { return bucket + "/" + name }
