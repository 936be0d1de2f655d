package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"howdah/server/db"
)

const (
	callerRoleSQL = `select set_config('rest.caller', current_setting('role'), true), set_config('role', 'none', true)`
	openAPISQL    = `select rest.openapi(_schema => $1, _settings => $2::jsonb)`
)

// openAPI answers the root: the schema as an OpenAPI document.
func (s *Service) openAPI(ctx context.Context, rq *request, caller *db.Caller, r *http.Request, w http.ResponseWriter) (*answer, error) {
	rq.accept = parseAccept(r.Header.Get("Accept"))
	var names []string
	ok := false
	for i := range rq.accept {
		m := &rq.accept[i]
		names = append(names, m.mime())
		ok = ok || m.plan == "" && (m.name == mediaOpenAPI || m.name == mediaJSON || m.name == mediaAny)
	}
	if !ok {
		return nil, refusal(http.StatusNotAcceptable, "PGRST107", "None of these media types are available: "+strings.Join(names, ", "), "", "")
	}
	doc, err := s.openAPIDocument(ctx, rq, caller, r)
	if err != nil {
		return nil, err
	}
	a := &answer{status: http.StatusOK, header: w.Header(), body: doc, length: true}
	if rq.head {
		a.body, a.length = nil, false
	}
	a.set("Content-Type", contentType(mediaOpenAPI))
	if rq.profile {
		a.set("Content-Profile", rq.schema)
	}
	return a, nil
}

func (s *Service) openAPIDocument(ctx context.Context, rq *request, caller *db.Caller, r *http.Request) ([]byte, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	c := *caller
	c.ReadOnly = true
	c.Unprepared = s.cfg.Unprepared()
	if c.RoleSettings, _, err = s.settingsOf(ctx, conn, c.Role); err != nil {
		return nil, err
	}
	p := db.NewPipe(ctx, conn)
	defer p.Close(ctx)
	p.As(&c)
	before := c.Prelude() + 1 // and the role is put down
	if s.preRequestSQL != "" {
		before++
	}
	if s.preRequestSQL != "" {
		p.Query("rest_pre_request", s.preRequestSQL, nil, nil, nil)
	}
	p.Query("rest_caller_role", callerRoleSQL, nil, nil, nil)
	p.Query("rest_openapi", openAPISQL, nil, [][]byte{[]byte(rq.schema), s.openAPISettings(r)}, nil)
	if err := p.Sync(); err != nil {
		return nil, err
	}
	for range before {
		if err := p.Skip(); err != nil {
			return nil, err
		}
	}
	rr, err := p.Next()
	if err != nil {
		return nil, err
	}
	var doc []byte
	for rr.NextRow() {
		doc = clone(rr.Values()[0])
	}
	if _, err := rr.Close(); err != nil {
		return nil, err
	}
	return doc, p.Done()
}

// openAPISettings says where the API is: behind a proxy, or where the request went.
func (s *Service) openAPISettings(r *http.Request) []byte {
	scheme, host, base := "http", r.Host, "/"
	if r.TLS != nil {
		scheme = "https"
	}
	if prefix := strings.TrimSuffix(s.prefix, "/"); prefix != "" {
		base = prefix
	}
	if u, err := url.Parse(s.cfg.OpenAPIProxy); err == nil && u.Host != "" {
		scheme, host, base = strings.ToLower(u.Scheme), u.Host, u.Path
		if base == "" {
			base = "/"
		}
		if u.Port() == "" {
			host += map[string]string{"https": ":443"}[scheme]
			if scheme == "http" {
				host += ":80"
			}
		}
	}
	b, _ := json.Marshal(map[string]any{"mode": s.cfg.OpenAPIMode, "security": s.cfg.OpenAPISecurity, //nolint:errchkjson // text and flags always encode
		"scheme": scheme, "host": host, "base": base, "version": s.version})
	return b
}
