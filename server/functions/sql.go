package functions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
)

const (
	admitSQL    = `select functions.admit(_name => $1, _role => $2, _token_valid => $3)`
	dispatchSQL = `select status, headers, body from functions.dispatch(_method => $1, _path => $2, _query => $3, _headers => $4,` +
		` _cookies => $5, _content_type => $6, _kind => $7, _body => $8, _form => $9)`
)

// bodyArgument is where dispatchSQL takes the body, as bytes.
const bodyArgument = 8

// serveSQL answers by functions.<name>: admission, caller and call are one
// pipeline, so one transaction and one round trip.
func (s *Service) serveSQL(c echo.Context, in *call) error {
	body, err := readBody(c.Request())
	if err != nil {
		return relay(err)
	}
	ctx := c.Request().Context()
	out, ran, err := s.dispatch(ctx, c.Request(), in, body)
	if lostStatement(err) {
		out, ran, err = s.dispatch(ctx, c.Request(), in, body)
	}
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return out.write(c)
	case !ran && in.refused != nil && errors.As(err, &pg) && pg.ConstraintName == "invalid_jwt":
		return relay(in.refused)
	case !ran, ctx.Err() != nil, !errors.As(err, &pg), pg.Code == "57014":
		return relay(err)
	default:
		return err // the function's own
	}
}

// dispatch runs the pipeline; ran says whether the function itself was reached.
func (s *Service) dispatch(ctx context.Context, r *http.Request, in *call, b *body) (out *reply, ran bool, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, false, err
	}
	defer conn.Release()
	p := db.NewPipe(ctx, conn)
	defer p.Close(context.WithoutCancel(ctx))
	p.Query("functions_admit", admitSQL, nil, [][]byte{[]byte(in.name), []byte(in.caller.Role), strconv.AppendBool(nil, in.caller.Verified)}, nil)
	p.As(in.caller)
	values := [][]byte{
		[]byte(r.Method), []byte(in.path), toJSON(in.query), headersJSON(r.Header), in.caller.Cookies,
		[]byte(b.contentType), []byte(b.kind), b.bytes, b.form,
	}
	formats := make([]int16, len(values))
	formats[bodyArgument-1] = 1
	p.Query("functions_dispatch", dispatchSQL, nil, values, formats, 0, 0, 1)
	if err := p.Sync(); err != nil {
		return nil, false, broken(ctx, conn.Conn().IsClosed(), err)
	}
	for range 1 + in.caller.Prelude() {
		if err := p.Skip(); err != nil {
			return nil, false, broken(ctx, conn.Conn().IsClosed(), err)
		}
	}
	out, err = readReply(p)
	if err == nil {
		err = p.Done() // a deferred constraint may speak only here
	}
	return out, true, broken(ctx, conn.Conn().IsClosed(), err)
}

func readReply(p *db.Pipe) (*reply, error) {
	rr, err := p.Next()
	if err != nil {
		return nil, err
	}
	out := new(reply)
	for rr.NextRow() {
		v := rr.Values()
		if out.status, err = strconv.Atoi(string(v[0])); err != nil {
			break
		}
		if v[1] != nil {
			if err = json.Unmarshal(v[1], &out.headers); err != nil {
				err = fmt.Errorf("the function's headers are no JSON object: %w", err)
				break
			}
		}
		out.body = append([]byte(nil), v[2]...)
	}
	if _, closed := rr.Close(); closed != nil {
		return nil, closed
	}
	return out, err
}

// broken marks an error as problem.ErrDatabaseGone if the connection broke
// under the call, rather than the caller giving up.
func broken(ctx context.Context, closed bool, err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.As(err, &pg):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case closed:
		return fmt.Errorf("%w: %w", problem.ErrDatabaseGone, err)
	default:
		return err
	}
}

// lostStatement says that a prepared statement went away: nothing has run.
func lostStatement(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "26000"
}
