package storage

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"howdah/server/db"
	"howdah/server/problem"
)

// save takes a file in as the caller. A large one is asked for before its
// bytes are read: two calls and a transfer between them, as nothing may hold a
// transaction while bytes move. A small one is read first and stored under an
// id that no row knows: then one transaction asks and commits.
func (s *Service) save(ctx context.Context, as *db.Caller, bucket, name string, upsert bool, in *incoming) (object, error) {
	small, err := in.small(s.Backend.Small())
	if err != nil {
		return object{}, err
	}
	if small {
		return s.saveSmall(ctx, in, func(ctx context.Context, id uuid.UUID, size int64) (db.Outcome, error) {
			offer := db.Statement{SQL: objectOfferSQL, Args: []any{bucket, name, upsert, size, s.Config.SizeLimit, in.headers, in.metadata}}
			put := db.Statement{SQL: objectPutSQL, Args: []any{id, bucket, name, upsert, size, in.headers, in.metadata}}
			return s.Pool.CallThen(ctx, as, offer, put)
		})
	}
	p, err := s.begin(ctx, as, bucket, name, "put", upsert, in)
	if err != nil {
		return object{}, err
	}
	return s.store(ctx, &writer{as, bucket, name, upsert, in.headers, in.metadata}, p, in)
}

const (
	objectOfferSQL = `select storage.object_offer(_bucket_id => $1, _name => $2, _upsert => $3, _size => $4, _limit => $5, _headers => $6,` +
		` _user_metadata => $7), set_config('role', 'none', true)`
	objectPutSQL = `select status, body from storage.object_put(_version => $1, _bucket_id => $2, _name => $3, _owner_id => auth.jwt() ->> 'sub',` +
		` _upsert => $4, _size => $5, _headers => $6, _user_metadata => $7)`
	objectPutSignedSQL = `select status, body from storage.object_put_signed(_version => $1, _bucket_id => $2, _name => $3, _owner_id => nullif($4, ''),` +
		` _upsert => $5, _size => $6, _limit => $7, _headers => $8, _user_metadata => $9, _replaces => $10)`
)

// saveSigned is save for the holder of a link.
func (s *Service) saveSigned(ctx context.Context, cl *claims, bucket, name string, in *incoming) (object, error) {
	small, err := in.small(s.Backend.Small())
	if err != nil {
		return object{}, err
	}
	if small {
		return s.saveSmall(ctx, in, func(ctx context.Context, id uuid.UUID, size int64) (db.Outcome, error) {
			return db.Call(ctx, s.Pool, objectPutSignedSQL, id, bucket, name, cl.Owner, cl.Upsert, size, s.Config.SizeLimit, in.headers, in.metadata,
				cl.Replaces)
		})
	}
	p, err := s.beginSigned(ctx, cl, "put", in)
	if err != nil {
		return object{}, err
	}
	return s.store(ctx, &writer{}, p, in)
}

// small reads a body that has at most limit bytes into memory, and says
// whether that is all of it. Of a larger one nothing is lost.
func (in *incoming) small(limit int64) (bool, error) {
	if limit == 0 || in.length != nil && *in.length > limit {
		return false, nil
	}
	var head bytes.Buffer
	if in.length != nil {
		head.Grow(int(*in.length) + bytes.MinRead)
	}
	n, err := io.Copy(&head, io.LimitReader(in.r, limit+1))
	var known *problem.Problem
	switch {
	case errors.As(err, &known):
		return false, err
	case err != nil || n <= limit && in.length != nil && n != *in.length:
		return false, refuse(http.StatusBadRequest, "IncompleteBody", "The body ended before its end")
	case n > limit:
		in.r = io.MultiReader(&head, in.r)
		return false, nil
	}
	in.length, in.r = &n, &head
	return true, nil
}

// saveSmall stores a body that is in memory and lets commit make an object of it.
func (s *Service) saveSmall(
	ctx context.Context, in *incoming, commit func(ctx context.Context, id uuid.UUID, size int64) (db.Outcome, error),
) (object, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards) // a client that goes now finds it there
	defer cancel()
	id := uuid.New()
	n, err := s.Backend.Put(ctx, id, in.r, *in.length)
	if err == nil {
		err = fault("bytes stored")
	}
	if err != nil {
		s.dropBytes(ctx, id)
		return object{}, stored(err)
	}
	out, err := commit(ctx, id, n)
	o, err := acceptedAs[object](out, err)
	if err != nil {
		if isNo(err) {
			s.dropBytes(ctx, id)
		}
		return object{}, err
	}
	return o, fault("committed")
}

// isNo says whether the database has refused. After any other failure it may
// have committed: what is left is the sweep's.
func isNo(err error) bool {
	var no *problem.Problem
	var pg *pgconn.PgError
	return errors.As(err, &no) || errors.As(err, &pg) && pg.Severity == "ERROR"
}
