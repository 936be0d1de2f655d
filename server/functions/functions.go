// Package functions answers /functions/v1/<name>: by functions in SQL, by
// JavaScript in this process, or by a program elsewhere.
package functions

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/functions/script"
	"howdah/server/problem"
	"howdah/server/token"
)

// Channel is where functions.upstreams_changed announces.
const Channel = "howdah_functions"

const prefix = "/functions/v1/"

// Deps is what the service needs.
type Deps struct {
	Pool   *db.Pool
	Ring   *token.Ring // verifies tokens, and signs what upstreams are told of the caller
	Config config.Functions
	// Scripts are the project's JavaScript functions; nil for none.
	Scripts *script.Host
	// AnonRole is whom requests without a token run as.
	AnonRole string
}

// Service is everything below /functions/v1.
type Service struct {
	pool      *db.Pool
	ring      *token.Ring
	cfg       config.Functions
	scripts   *script.Host
	anon      string
	upstreams atomic.Pointer[map[string]upstream]
	reread    chan struct{}
	client    http.RoundTripper
}

// New makes the service; Run keeps its list of upstreams true.
func New(d Deps) *Service {
	s := &Service{
		pool: d.Pool, ring: d.Ring, cfg: d.Config, scripts: d.Scripts, anon: d.AnonRole,
		reread: make(chan struct{}, 1), client: newTransport(),
	}
	s.upstreams.Store(&map[string]upstream{})
	return s
}

// Mount registers the routes.
func (s *Service) Mount(e *echo.Echo) { e.Any(prefix+"*", s.serve) }

// Reload reads the JavaScript functions again.
func (s *Service) Reload(ctx context.Context) (changed []string, failed map[string]error) {
	if s.scripts == nil {
		return nil, nil
	}
	return s.scripts.Load(ctx)
}

// Changed says that the list of upstreams is to be read again; it never blocks.
func (s *Service) Changed() {
	select {
	case s.reread <- struct{}{}:
	default: // one is due already
	}
}

const listUpstreamsSQL = `select name, url, verify_jwt, roles, timeout_ms from functions.list_upstreams()`

// Run reads the upstreams whenever they changed, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.reread:
		}
		if err := s.readUpstreams(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "upstreams cannot be read", "error", err)
		}
	}
}

func (s *Service) readUpstreams(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, listUpstreamsSQL)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[upstreamRow])
	if err != nil {
		return err
	}
	known := make(map[string]upstream, len(list))
	for _, row := range list {
		base, err := url.Parse(row.URL)
		if err != nil {
			slog.WarnContext(ctx, "an upstream has no usable URL", "name", row.Name)
			continue
		}
		known[row.Name] = upstream{upstreamRow: row, base: base}
	}
	s.upstreams.Store(&known)
	return nil
}

// call is one request on its way to a function.
type call struct {
	name    string // first segment of the path
	path    string // what follows, decoded, with its slash
	rawPath string // the same as it was sent
	query   url.Values
	caller  *db.Caller
	refused error // why the token that was sent does not hold
}

func (s *Service) serve(c echo.Context) error {
	in, err := s.read(c.Request())
	if err != nil {
		return relay(err)
	}
	// Scripts and upstreams run outside the database, which alone knows API keys.
	if err := s.pool.ResolveKey(c.Request().Context(), in.caller); err != nil {
		return relay(err)
	}
	c.Set("role", in.caller.Role)
	if fn := s.scripts.Find(in.name); fn != nil {
		return s.serveScript(c, in, fn)
	}
	if up, ok := (*s.upstreams.Load())[in.name]; ok {
		return s.serveUpstream(c, in, &up)
	}
	return s.serveSQL(c, in)
}

func (s *Service) read(r *http.Request) (*call, error) {
	raw, rest, more := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), prefix), "/")
	name, err := url.PathUnescape(raw)
	if err != nil || name == "" {
		return nil, notFound()
	}
	in := &call{name: name, path: "/", rawPath: "/", query: r.URL.Query()}
	if more {
		in.rawPath = "/" + rest
		if in.path, err = url.PathUnescape(in.rawPath); err != nil {
			return nil, problem.New(http.StatusBadRequest, "bad_request", "The path is not well encoded.")
		}
	}
	in.query.Del("forceFunctionRegion") // functions-js sends it; there is one region
	in.caller, err = db.CallerOf(r, s.ring, s.anon)
	var bad *token.Error
	if errors.As(err, &bad) {
		// A function that verifies no token may be sent others' secrets as bearer.
		in.refused = err
		open := r.Clone(r.Context())
		open.Header.Del("Authorization")
		open.Header.Del("Apikey")
		query := open.URL.Query()
		query.Del("apikey")
		open.URL.RawQuery = query.Encode()
		in.caller, err = db.CallerOf(open, s.ring, s.anon)
	}
	in.query.Del("apikey")
	return in, err
}

// relay marks an error as the platform's: the function did not run, or not to
// its end. Clients tell the two by this header alone.
func relay(err error) error {
	p := *problem.From(err)
	p.Header = p.Header.Clone()
	if p.Header == nil {
		p.Header = http.Header{}
	}
	p.Header.Set("X-Relay-Error", "true")
	if p.Cause == nil {
		p.Cause = err
	}
	return &p
}

func notFound() error {
	return problem.New(http.StatusNotFound, "not_found", "Requested function was not found")
}

// unauthorized says why a function that needs a token did not run.
func (in *call) unauthorized() error {
	if in.refused != nil {
		return in.refused
	}
	return &problem.Problem{
		Status: http.StatusUnauthorized, Code: "invalid_jwt", Message: "This function needs a valid token or API key.",
		Hint: "Send one as Authorization: Bearer.", Header: http.Header{"Www-Authenticate": {"Bearer"}},
	}
}

// admit is what functions.admit is to SQL functions: whether the caller may
// reach a function that runs outside the database. A session is looked up.
func (s *Service) admit(ctx context.Context, in *call, verify bool, roles []string) error {
	if verify && !in.caller.Verified {
		return in.unauthorized()
	}
	if len(roles) > 0 && !slices.Contains(roles, in.caller.Role) {
		return notFound()
	}
	if !in.caller.HasSession() {
		return nil
	}
	if err := s.pool.QueryAs(ctx, in.caller, func(rows pgx.Rows) error {
		rows.Close()
		return rows.Err()
	}, aliveSQL); err != nil {
		return fmt.Errorf("look the session up: %w", err)
	}
	return nil
}

// aliveSQL does nothing: what precedes it in the pipeline looks the session up.
const aliveSQL = `select auth.uid()`
