package rest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

// Deps is what the service needs.
type Deps struct {
	Pool     *db.Pool
	Verifier token.Verifier // nil: PGRST_JWT_SECRET decides, and without that tokens are refused with PGRST300
	Config   config.Rest
	Explain  bool            // heed Prefer: explain=rls, which shows what policies hide: for development
	Sessions bool            // look the token's session up on every request (auth.require_session)
	Version  string          // shown in the OpenAPI document
	Changed  <-chan struct{} // receives when DDL was announced, and after each reconnect
}

// Service is the data API.
type Service struct {
	pool          *db.Pool
	verifier      token.Verifier
	cfg           config.Rest
	sessions      bool
	explain       bool
	changed       <-chan struct{}
	cache         *cache
	parsed        parsedRequests
	documents     documents
	settings      []byte // for rest.compile
	appSettings   []byte
	anonClaims    []byte
	searchPaths   map[string]string // by exposed schema
	preRequestSQL string
	roles         atomic.Pointer[roleSettings]
	version       string
	prefix        string // where the API is mounted
}

// New makes the service; Run keeps its cache true to the schema. It refuses a
// PGRST_JWT_SECRET that verifies nothing.
func New(d Deps) (*Service, error) {
	s := &Service{pool: d.Pool, verifier: d.Verifier, cfg: d.Config, sessions: d.Sessions, explain: d.Explain, changed: d.Changed, version: d.Version}
	if s.verifier == nil && d.Config.JWTSecret != "" {
		v, err := newSecretVerifier(&s.cfg)
		if err != nil {
			return nil, err
		}
		s.verifier = v
	}
	s.anonClaims = []byte(`{"role":` + quoteJSON(d.Config.AnonRole) + `}`)
	s.searchPaths = make(map[string]string, len(d.Config.Schemas))
	for _, schema := range d.Config.Schemas {
		s.searchPaths[schema] = searchPath(schema, d.Config.ExtraSearchPath)
	}
	s.documents = newDocuments()
	s.parsed = newParsedRequests(max(d.Config.StatementCache, 16))
	s.cache = newCache(max(d.Config.StatementCache, 16), d.Config.CacheTTL)
	settings := map[string]any{"schemas": d.Config.Schemas, "aggregates": d.Config.Aggregates, "plan": d.Config.Plan, "hoisted": d.Config.HoistedSettings}
	if d.Config.MaxRows > 0 {
		settings["max_rows"] = d.Config.MaxRows
	}
	s.settings, _ = json.Marshal(settings) //nolint:errchkjson // strings, numbers and flags always encode
	if len(d.Config.AppSettings) > 0 {
		app := map[string]string{}
		for _, kv := range d.Config.AppSettings {
			if k, v, ok := strings.Cut(kv, "="); ok {
				app["app.settings."+strings.TrimPrefix(k, "app.settings.")] = v
			}
		}
		s.appSettings, _ = json.Marshal(app) //nolint:errchkjson // strings always encode
	}
	if d.Config.PreRequest != "" {
		s.preRequestSQL = "select " + string(qualified(d.Config.PreRequest)) + "()"
	}
	return s, nil
}

func qualified(name string) []byte {
	schema, fn, ok := strings.Cut(name, ".")
	if !ok {
		return quoteIdent(nil, schema)
	}
	return quoteIdent(append(quoteIdent(nil, schema), '.'), fn)
}

// Run drops the cache whenever DDL is announced, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	if err := s.warmUp(ctx); err != nil {
		slog.Debug("warm up the compiler", "error", err) // requests will say what is wrong
	}
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-s.changed:
			if !ok {
				return
			}
			s.drop()
		}
	}
}

// drop forgets all that was derived from the schema.
func (s *Service) drop() {
	s.cache.drop()
	s.documents.byKey.InvalidateAll()
}

// Mount serves the API below a group.
func (s *Service) Mount(g *echo.Group) {
	g.Any("", s.handle)
	s.prefix = strings.TrimSuffix(g.Any("/*", s.handle)[0].Path, "/*")
}

// handle answers one request; what goes wrong is answered in PostgREST's words.
func (s *Service) handle(c echo.Context) error {
	r, w := c.Request(), c.Response()
	path := "/" + strings.TrimPrefix(rawParam(c), "/")
	if s.cors(w, r) {
		return nil
	}
	authed := false
	err := s.serve(r, w, path, &authed)
	if err == nil || w.Committed {
		return err
	}
	p := problem.PostgREST(err, authed)
	p.Minimal = s.cfg.ErrorVerbosity == "minimal"
	var item *itemError
	if errors.As(err, &item) {
		p.Index = &item.index
	}
	s.trace(r, w.Header())
	return p
}

// trace sends a header of the request's back, for those who follow requests by it.
func (s *Service) trace(r *http.Request, h http.Header) {
	if s.cfg.TraceHeader != "" {
		h.Set(s.cfg.TraceHeader, r.Header.Get(s.cfg.TraceHeader))
	}
}

// rawParam is the path below the mount, still escaped.
func rawParam(c echo.Context) string {
	prefix := strings.TrimSuffix(c.Path(), "*")
	full := c.Request().URL.EscapedPath()
	return strings.TrimPrefix(full, strings.TrimSuffix(prefix, "/"))
}

func (s *Service) serve(r *http.Request, w http.ResponseWriter, path string, authed *bool) error {
	start := time.Now()
	s.trace(r, w.Header())
	caller, err := s.caller(r, path)
	if err != nil {
		return err
	}
	*authed = caller.Role != s.cfg.AnonRole
	if path == batchPath && r.Method == http.MethodPost && s.cfg.BatchMax > 0 {
		a, err := s.batch(r, caller, w.Header())
		if err != nil {
			return err
		}
		return a.write(w)
	}
	verified := time.Now()
	rq, err := s.understand(r, path)
	if err != nil {
		return err
	}
	parsed := time.Now()
	caller.SearchPath = s.searchPaths[rq.schema]
	caller.Settings = s.callerSettings(&rq.prefer)
	timing := func(a *answer) {
		if s.cfg.ServerTiming {
			done := time.Now()
			a.set("Server-Timing", serverTiming([]string{"jwt", "parse", "plan", "transaction", "response"},
				[]float64{ms(verified.Sub(start)), ms(parsed.Sub(verified)), ms(rq.planned), ms(done.Sub(parsed) - rq.planned), ms(time.Since(done))}))
		}
	}
	if rq.op == opRoot || rq.op == opInfo && rq.name == "" {
		a, err := s.root(r, rq, caller, w)
		if err != nil {
			return err
		}
		timing(a)
		return a.write(w)
	}
	st, res, err := s.run(r.Context(), rq, caller)
	if err != nil {
		return err
	}
	if rq.op == opInfo {
		a := info(w, st.Allow)
		timing(a)
		return a.write(w)
	}
	defer res.release()
	a, err := rq.respond(st, res, w.Header())
	if err != nil {
		return err
	}
	timing(a)
	if len(rq.legacy) > 0 {
		a.set("Warning", legacyWarning(rq.legacy))
	}
	return a.write(w)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func legacyWarning(pairs []string) string {
	var hints []string
	for i := 0; i+1 < len(pairs); i += 2 {
		hints = append(hints, "`"+pairs[i]+"` to `"+pairs[i+1]+"`")
	}
	return `299 PostgREST "Embedded resource was referenced by relation name even though it has an alias. This is deprecated and will stop working` +
		" in a future release. Update " + strings.Join(hints, ", ") + ` in query string filters, orders or limits."`
}

func (a *answer) write(w http.ResponseWriter) error {
	switch vary := a.header["Vary"]; {
	case len(vary) == 0:
		a.set("Vary", "Accept, Prefer, Range")
	case vary[0] == "Origin": // from CORS
		a.set("Vary", "Accept, Prefer, Range, Origin")
	}
	if a.length {
		a.set("Content-Length", strconv.FormatInt(a.size(), 10))
	}
	w.WriteHeader(a.status)
	if a.spill != nil {
		_, err := a.spill.WriteTo(w)
		return err
	}
	if len(a.body) == 0 {
		return nil
	}
	_, err := w.Write(a.body)
	return err
}

// info answers OPTIONS.
func info(w http.ResponseWriter, allow string) *answer {
	a := &answer{status: http.StatusOK, header: w.Header(), length: true}
	a.set("Allow", allow)
	return a
}

// root answers /, which is the schema itself.
func (s *Service) root(r *http.Request, rq *request, caller *db.Caller, w http.ResponseWriter) (*answer, error) {
	if rq.op == opInfo {
		return info(w, "OPTIONS,GET,HEAD"), nil
	}
	return s.openAPI(r.Context(), rq, caller, r, w)
}
