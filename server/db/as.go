package db

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"howdah/server/token"
)

// Caller is whom a request runs as, and what its transaction is told of it.
type Caller struct {
	Role       string
	Claims     []byte // JSON, as request.jwt.claims shows them
	SessionID  string // looked up before anything else; empty for API keys
	UserID     string
	Key        *token.APIKey // an API key, which decides role and claims; nil for none
	KeySurface string        // what its scopes are asked for: rest, storage, …
	KeyHits    int           // what was counted of it and is not in the database yet
	Verified   bool          // a token or an API key was sent, and holds
	Method     string
	Path       string
	Headers    []byte // JSON object, names in lower case
	Cookies    []byte // JSON object

	SearchPath   string // a list of quoted schemas
	ReadOnly     bool
	RoleSettings []byte // JSON object of what the role brings along, before it is taken; nil for none
	Settings     []byte // JSON object of further settings, after the role is taken; nil for none

	// Scrub takes back what a statement may have set for the session: for text
	// that is not ours. It costs a round trip.
	Scrub      bool
	Unprepared bool // send statements unnamed, for poolers that mix sessions
}

// HasSession says whether a session, or an API key, is looked up first: for
// every token that names a user or a session. A user's token without a session
// is refused there.
func (c *Caller) HasSession() bool { return c.SessionID != "" || c.UserID != "" || c.Key != nil }

func orNull(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

// The prelude is the first statement of a request's pipeline. Without begin, a
// pipeline is one transaction up to its sync: what is set here is local to it,
// and a raise here aborts all that follows. The session is looked up in the
// same statement, for a statement of its own costs more than the look-up; who
// may execute the function is checked before any of it runs, as the login role.
const (
	callerSQL = `select set_config('search_path', $1, true), set_config('role', $2, true), set_config('request.jwt.claims', $3, true),` +
		` set_config('request.method', $4, true), set_config('request.path', $5, true), set_config('request.headers', $6, true),` +
		` set_config('request.cookies', $7, true), set_config('transaction_read_only', $8, true)`
	// A key's role and claims are the database's answer, in the place of what Go believes.
	keySQL = `select set_config('search_path', $1, true), set_config('role', k.role, true), set_config('request.jwt.claims', k.claims, true),` +
		` set_config('request.method', $2, true), set_config('request.path', $3, true), set_config('request.headers', $4, true),` +
		` set_config('request.cookies', $5, true), set_config('transaction_read_only', $6, true)` +
		` from auth.assume_api_key(_prefix => $7, _mac => $8::bytea, _method => $2, _surface => $9, _hits => $10::int) as k`
	sessionSQL  = callerSQL + `, auth.require_session(_session_id => $9::uuid, _user_id => $10::uuid)`
	settingsSQL = `select set_config(s.key, s.value, true) from json_each_text($1::json) as s`
)

// Pipe is a pipeline on one connection that prepares each statement once per
// connection, in the same round trip as its first use.
type Pipe struct {
	pl      *pgconn.Pipeline
	conn    *pgconn.PgConn
	known   *prepared
	pending []pendingResult
	unnamed bool
	synced  bool
}

type pendingResult struct {
	prepare string // the statement's name; empty for a query
}

const (
	preparedKey = "howdah.prepared"
	maxPrepared = 300 // a connection's statements; beyond, the longest unused goes
)

// NewPipe starts a pipeline on a connection.
func NewPipe(ctx context.Context, conn *pgxpool.Conn) *Pipe {
	pc := conn.Conn().PgConn()
	known, ok := pc.CustomData()[preparedKey].(*prepared)
	if !ok {
		known = &prepared{names: map[string]*preparedStatement{}}
		pc.CustomData()[preparedKey] = known
	}
	p := &Pipe{pl: pc.StartPipeline(ctx), conn: pc, known: known, pending: make([]pendingResult, 0, 8)}
	for _, name := range known.lost {
		p.deallocate(name)
	}
	known.lost = nil
	return p
}

// As sends the prelude.
func (p *Pipe) As(c *Caller) {
	p.unnamed = c.Unprepared
	if c.RoleSettings != nil {
		p.Query("howdah_settings", settingsSQL, nil, [][]byte{c.RoleSettings}, nil)
	}
	readOnly := "off"
	if c.ReadOnly {
		readOnly = "on"
	}
	values := make([][]byte, 8, 10)
	copy(values, [][]byte{
		[]byte(c.SearchPath), []byte(c.Role), c.Claims, []byte(c.Method), []byte(c.Path),
		c.Headers, c.Cookies, []byte(readOnly),
	})
	switch {
	case c.Key != nil:
		p.Query("howdah_key", keySQL, nil, [][]byte{
			[]byte(c.SearchPath), []byte(c.Method), []byte(c.Path), c.Headers, c.Cookies, []byte(readOnly),
			[]byte(c.Key.Prefix), fmt.Appendf(nil, `\x%x`, c.Key.MAC), []byte(c.KeySurface), strconv.AppendInt(nil, int64(c.KeyHits), 10),
		}, nil)
	case c.HasSession():
		p.Query("howdah_session", sessionSQL, nil, append(values, orNull(c.SessionID), orNull(c.UserID)), nil)
	default:
		p.Query("howdah_caller", callerSQL, nil, values, nil)
	}
	if c.Settings != nil {
		p.Query("howdah_settings", settingsSQL, nil, [][]byte{c.Settings}, nil)
	}
}

// Query sends a statement under a name that stands for sql and its types alone.
func (p *Pipe) Query(name, sql string, types []uint32, values [][]byte, formats []int16, results ...int16) {
	if p.unnamed {
		p.pl.SendQueryParams(sql, values, types, formats, results)
		p.pending = append(p.pending, pendingResult{})
		return
	}
	p.known.clock++
	known, ok := p.known.names[name]
	if !ok {
		p.evict()
		p.pl.SendPrepare(name, sql, types)
		p.pending = append(p.pending, pendingResult{prepare: name})
		known = &preparedStatement{}
		p.known.names[name] = known
	}
	known.used = p.known.clock
	if known.is != nil { // its columns need not be described again
		p.pl.SendQueryStatement(known.is, values, formats, results)
	} else {
		p.pl.SendQueryPrepared(name, values, formats, results)
	}
	p.pending = append(p.pending, pendingResult{})
}

// Prelude is how many results As left to read.
func (c *Caller) Prelude() int {
	n := 1
	for _, more := range []bool{c.RoleSettings != nil, c.Settings != nil} {
		if more {
			n++
		}
	}
	return n
}

// Exec sends a statement that is not worth preparing.
func (p *Pipe) Exec(sql string) {
	p.pl.SendQueryParams(sql, nil, nil, nil, nil)
	p.pending = append(p.pending, pendingResult{})
}

// Sync ends the transaction and sends all that is queued.
func (p *Pipe) Sync() error {
	p.synced = true
	return p.pl.Sync()
}

// Flush sends all that is queued and leaves the transaction open.
func (p *Pipe) Flush() error {
	p.pl.SendFlushRequest()
	return p.pl.Flush()
}

// Next is the result of the next query.
func (p *Pipe) Next() (*pgconn.ResultReader, error) {
	for len(p.pending) > 0 {
		what := p.pending[0]
		p.pending = p.pending[1:]
		got, err := p.pl.GetResults()
		if err != nil {
			delete(p.known.names, what.prepare)
			p.doubt(err)
			return nil, err
		}
		switch got := got.(type) {
		case *pgconn.StatementDescription:
			if known := p.known.names[what.prepare]; known != nil {
				got.Name = what.prepare
				known.is = got
			}
		case *pgconn.CloseComplete:
		case *pgconn.ResultReader:
			return got, nil
		default:
			delete(p.known.names, what.prepare)
			return nil, fmt.Errorf("pipeline: unexpected %T", got)
		}
	}
	return nil, errors.New("pipeline: no result is left")
}

// Skip reads a query's result to its end and drops it.
func (p *Pipe) Skip() error {
	rr, err := p.Next()
	if err != nil {
		return err
	}
	_, err = rr.Close()
	return err
}

// Done reads the sync: the transaction has committed when it answers nil.
func (p *Pipe) Done() error {
	got, err := p.pl.GetResults()
	if err != nil {
		return err
	}
	if _, ok := got.(*pgconn.PipelineSync); !ok {
		return fmt.Errorf("pipeline: unexpected %T for sync", got)
	}
	return nil
}

// Close drains the pipeline and ends a transaction that was begun by hand.
func (p *Pipe) Close(ctx context.Context) {
	p.drain()
	err := p.pl.Close()
	p.Spilled().Close()
	p.SpillOver(0, AnyColumn)
	if err != nil && p.conn.IsClosed() {
		return
	}
	if p.conn.TxStatus() != 'I' {
		_, _ = p.conn.Exec(ctx, "rollback").ReadAll() // if this did not help, the pool drops the connection
	}
}
