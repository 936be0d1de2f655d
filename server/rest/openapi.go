package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/maypok86/otter/v2"

	"howdah/server/db"
)

const (
	roleSQL    = `select current_setting('role')`
	openAPISQL = `select rest.openapi(_schema => $1, _settings => $2::jsonb)`
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

// document is a cached OpenAPI document, in two parts: the host of the request
// goes between them.
type document struct {
	before, after []byte
}

type documentKey struct{ schema, role, scheme string }

const (
	documentsWeight = 32 << 20
	// Memberships of roles fire no event trigger, so documents are made again after this time.
	documentTTL  = roleSettingsTTL
	documentHost = "host.of.the.request.invalid"
)

// documents keeps OpenAPI documents by schema and role; making one walks all of
// the catalog, so one is made at a time. They are dropped with the statements.
type documents struct {
	byKey  *otter.Cache[documentKey, *document]
	making chan struct{}
}

func newDocuments() documents {
	return documents{making: make(chan struct{}, 1), byKey: otter.Must(&otter.Options[documentKey, *document]{
		MaximumWeight: documentsWeight, ExpiryCalculator: otter.ExpiryWriting[documentKey, *document](documentTTL),
		Weigher: func(_ documentKey, d *document) uint32 { return uint32(len(d.before) + len(d.after)) }, //nolint:gosec // a document is shorter
	})}
}

// openAPIDocument is the document as the caller may see it: who that is, the
// session check and the pre-request function decide, on every request.
func (s *Service) openAPIDocument(ctx context.Context, rq *request, caller *db.Caller, r *http.Request) ([]byte, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	role, err := s.effectiveRole(ctx, conn, caller)
	if err != nil {
		return nil, err
	}
	scheme, host, base := s.publicAddress(r)
	key := documentKey{rq.schema, role, scheme}
	doc, ok := s.documents.byKey.GetIfPresent(key)
	if !ok {
		select {
		case s.documents.making <- struct{}{}:
			defer func() { <-s.documents.making }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if doc, ok = s.documents.byKey.GetIfPresent(key); !ok {
			if doc, err = s.makeDocument(ctx, conn, key, base); err != nil {
				return nil, err
			}
		}
	}
	out := make([]byte, 0, len(doc.before)+len(host)+len(doc.after))
	return append(append(append(out, doc.before...), quoteJSON(host)...), doc.after...), nil
}

// effectiveRole runs the prelude of a request, and answers the role that it ends with.
func (s *Service) effectiveRole(ctx context.Context, conn *pgxpool.Conn, caller *db.Caller) (string, error) {
	c := *caller
	c.ReadOnly = true
	c.Unprepared = s.cfg.Unprepared()
	var err error
	if c.RoleSettings, _, err = s.settingsOf(ctx, conn, c.Role); err != nil {
		return "", err
	}
	p := db.NewPipe(ctx, conn)
	defer p.Close(ctx)
	p.As(&c)
	before := c.Prelude()
	if s.preRequestSQL != "" {
		p.Query("rest_pre_request", s.preRequestSQL, nil, nil, nil)
		before++
	}
	p.Query("rest_role", roleSQL, nil, nil, nil)
	if err := p.Sync(); err != nil {
		return "", err
	}
	if err := skip(p, before); err != nil {
		return "", err
	}
	rr, err := p.Next()
	if err != nil {
		return "", err
	}
	role := ""
	for rr.NextRow() {
		role = string(rr.Values()[0])
	}
	if _, err := rr.Close(); err != nil {
		return "", err
	}
	return role, p.Done()
}

func (s *Service) makeDocument(ctx context.Context, conn *pgxpool.Conn, key documentKey, base string) (*document, error) {
	settings, err := json.Marshal(map[string]any{
		"mode": s.cfg.OpenAPIMode, "security": s.cfg.OpenAPISecurity, "version": s.version,
		"role": key.role, "scheme": key.scheme, "host": documentHost, "base": base,
	})
	if err != nil {
		return nil, fmt.Errorf("write the settings of the OpenAPI document: %w", err)
	}
	epoch := s.cache.epoch.Load()
	var text []byte
	if err := conn.QueryRow(ctx, openAPISQL, key.schema, settings).Scan(&text); err != nil {
		return nil, fmt.Errorf("make the OpenAPI document: %w", err)
	}
	before, after, ok := bytes.Cut(text, []byte(strconv.Quote(documentHost)))
	if !ok {
		return nil, errors.New("the OpenAPI document has no host")
	}
	doc := &document{before, after}
	s.documents.byKey.Set(key, doc)
	if s.cache.epoch.Load() != epoch {
		s.documents.byKey.Invalidate(key)
	}
	return doc, nil
}

// publicAddress says where the API is: behind a proxy, or where the request went.
func (s *Service) publicAddress(r *http.Request) (scheme, host, base string) {
	scheme, host, base = "http", r.Host, "/"
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
	return scheme, host, base
}
