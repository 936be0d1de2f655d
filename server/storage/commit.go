package storage

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"howdah/server/db"
)

// writer is who writes an object, and what. Its policies were asked before the
// bytes came, and that may be hours ago: meanwhile somebody else may have made
// what this caller may make, but not replace. So they are asked again in the
// transaction that commits. Nobody is here to be asked where a link opened the
// upload: what that may replace is in its row.
type writer struct {
	as       *db.Caller // nil: nobody
	bucket   string
	name     string
	upsert   bool
	headers  headers
	metadata json.RawMessage
}

const (
	objectProbeSQL = `select storage.object_probe(_bucket_id => $1, _name => $2, _upsert => $3, _metadata => $4, _user_metadata => $5),` +
		` set_config('role', 'none', true)`
	objectCommitSQL = `select status, body from storage.object_commit(_upload_id => $1, _size => $2, _version => $3, _asked => $4)`
)

// commit makes the object appear. A client that went away by now finds it there.
func (s *Service) commit(ctx context.Context, by *writer, id uuid.UUID, size int64, version *uuid.UUID) (object, error) {
	out, err := s.commitRow(ctx, by, id, size, version)
	o, err := acceptedAs[object](out, err)
	if err != nil {
		return o, err
	}
	return o, fault("committed")
}

func (s *Service) commitRow(ctx context.Context, by *writer, id uuid.UUID, size int64, version *uuid.UUID) (db.Outcome, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	if by.as == nil {
		return db.Call(ctx, s.Pool, objectCommitSQL, id, size, version, false)
	}
	ask := db.Statement{SQL: objectProbeSQL, Args: []any{by.bucket, by.name, by.upsert, by.headers, by.metadata}}
	return s.Pool.CallThen(ctx, by.as, ask, db.Statement{SQL: objectCommitSQL, Args: []any{id, size, version, true}})
}
