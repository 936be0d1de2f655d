package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/maypok86/otter/v2"
)

// statement is a compiled shape.
type statement struct {
	id         string          // the name under which connections prepare it
	SQL        string          `json:"sql"`
	Types      []uint32        `json:"types"`
	Steps      []statementStep `json:"steps"` // of a nested insert, before SQL
	CountSQL   string          `json:"count_sql"`
	CountTypes []uint32        `json:"count_types"`
	Media      string          `json:"media"`
	Plan       *struct {
		Format  string   `json:"plan"`
		For     string   `json:"for"`
		Options []string `json:"options"`
	} `json:"plan"`
	Columns  int               `json:"columns"`
	ReadOnly bool              `json:"read_only"`
	Void     bool              `json:"void"`
	Keyed    bool              `json:"keyed"`
	Allow    string            `json:"allow"`
	Settings map[string]string `json:"settings"`

	Status  int            `json:"status"`
	Error   *compiledError `json:"error"`
	Suggest *suggestion    `json:"suggest"`

	formats     []int16 // of the result's columns
	contentType string
	mime        string
	settings    []byte // Settings as JSON, without the isolation level
	isolation   string
}

// statementStep is a statement that runs before the one that answers.
type statementStep struct {
	SQL   string   `json:"sql"`
	Types []uint32 `json:"types"`
}

// cache keeps compiled statements by shape. It is dropped whole when DDL is
// announced (howdah_ddl), after which nothing compiled before is used again.
type cache struct {
	byShape *otter.Cache[string, *statement]
	epoch   atomic.Uint64
	serial  atomic.Uint64
	hits    atomic.Uint64
	misses  atomic.Uint64
}

func newCache(size int, ttl time.Duration) *cache {
	o := &otter.Options[string, *statement]{MaximumSize: size}
	if ttl > 0 {
		o.ExpiryCalculator = otter.ExpiryWriting[string, *statement](ttl)
	}
	return &cache{byShape: otter.Must(o)}
}

func (c *cache) drop() {
	c.epoch.Add(1)
	c.byShape.InvalidateAll()
}

func (c *cache) get(shape string) (*statement, bool) {
	st, ok := c.byShape.GetIfPresent(shape)
	if ok {
		c.hits.Add(1)
	} else {
		c.misses.Add(1)
	}
	return st, ok
}

// put keeps a statement unless the cache was dropped since epoch.
func (c *cache) put(shape string, st *statement, epoch uint64) {
	c.byShape.Set(shape, st)
	if c.epoch.Load() != epoch {
		c.byShape.Invalidate(shape)
	}
}

const compileSQL = `select rest.compile(_shape => $1::jsonb, _settings => $2::jsonb)`

// compileFailure keeps the SQL of the compiler itself from being taken for the
// caller's mistake: what fails in there is ours, and a 500.
func compileFailure(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "42") || strings.HasPrefix(pg.Code, "2")) {
		return fmt.Errorf("compile: %s (%s) %s", pg.Message, pg.Code, pg.Where)
	}
	return fmt.Errorf("compile: %w", err)
}

// statement is a shape's, from the cache (true) or compiled now.
func (s *Service) statement(ctx context.Context, shape string) (*statement, bool, error) {
	st, ok := s.cache.get(shape)
	if ok {
		return st, true, nil
	}
	st, err := s.compile(ctx, shape, nil)
	return st, false, err
}

// compile asks the database for a shape's statement, unless another request
// did while this one waited. old is the cached one that will not do.
func (s *Service) compile(ctx context.Context, shape string, old *statement) (*statement, error) {
	var answer []byte
	var epoch uint64
	var found *statement
	err := s.pool.Aside(ctx, func(conn *pgxpool.Conn) error {
		if st, ok := s.cache.byShape.GetIfPresent(shape); ok && st != old {
			found = st
			return nil
		}
		epoch = s.cache.epoch.Load()
		return conn.QueryRow(ctx, compileSQL, shape, s.settings).Scan(&answer)
	})
	if found != nil {
		return found, nil
	}
	if err != nil {
		return nil, compileFailure(err)
	}
	st := &statement{}
	if err := json.Unmarshal(answer, st); err != nil {
		return nil, fmt.Errorf("read the compiled statement: %w", err)
	}
	if st.Error != nil {
		return nil, st.Error.problem(st.Status, st.Suggest)
	}
	st.finish("rest_" + strconv.FormatUint(s.cache.serial.Add(1), 10))
	s.cache.put(shape, st, epoch)
	return st, nil
}

const warmUpSQL = `select rest.warm_up(_settings => $1::jsonb)`

// warmUp has the connections that compile know the compiler before requests come.
func (s *Service) warmUp(ctx context.Context) error {
	return s.pool.EachAside(ctx, func(conn *pgxpool.Conn) error {
		_, err := conn.Exec(ctx, warmUpSQL, s.settings)
		return err
	})
}

// A read's columns are total, page, body, headers, status, and with a cursor the
// last row's key; a write has a location before its body, and at the end how
// many rows an upsert inserted.
const (
	cursorColumns = 6
	writeColumns  = 7
)

func (st *statement) bodyAt() int {
	if st.Columns == writeColumns {
		return 3
	}
	return 2
}

func (st *statement) finish(id string) {
	st.id = id
	st.mime = st.Media
	if st.Plan != nil {
		m := media{name: st.Plan.For, plan: st.Plan.Format, options: st.Plan.Options}
		st.mime = m.mime()
	}
	st.contentType = contentType(st.mime)
	if st.Plan == nil && st.Columns > 0 {
		// The body comes as its type's binary format, so that bytea is bytes. As in
		// PostgREST, a handler's jsonb then begins with its version byte: use json.
		st.formats = make([]int16, st.Columns)
		st.formats[st.bodyAt()] = 1
	}
	if level, ok := st.Settings["default_transaction_isolation"]; ok {
		st.isolation = level
		delete(st.Settings, "default_transaction_isolation")
	}
	if len(st.Settings) > 0 {
		st.settings, _ = json.Marshal(st.Settings) //nolint:errchkjson // strings always encode
	}
}
