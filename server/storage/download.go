package storage

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
)

func (s *Service) mountReads(g *echo.Group) {
	for path, h := range map[string]echo.HandlerFunc{
		"/object/info/public/:bucket/*":        s.public(s.info),
		"/object/info/authenticated/:bucket/*": s.as("object.info", s.visible(false, s.info)),
		"/object/info/:bucket/*":               s.orAnon("object.info", s.visible(true, s.info)),
		"/object/public/:bucket/*":             s.public(s.serve),
		"/object/authenticated/:bucket/*":      s.as("object.get_authenticated", s.visible(false, s.serve)),
		"/object/:bucket/*":                    s.orAnon("object.get_authenticated", s.visible(true, s.serve)),
	} {
		g.GET(path, h)
		g.HEAD(path, h)
	}
}

// found is an object to read.
type found struct {
	ID           uuid.UUID       `db:"id"`
	Version      *uuid.UUID      `db:"version"`
	Bucket       string          `db:"bucket_id"`
	Name         string          `db:"name"`
	Metadata     json.RawMessage `db:"metadata"`
	UserMetadata json.RawMessage `db:"user_metadata"`
	CreatedAt    time.Time       `db:"created_at"`
	UpdatedAt    time.Time       `db:"updated_at"`
}

// about is what an object's metadata says.
type about struct {
	headers
	ETag         string `json:"eTag"`
	Size         int64  `json:"size"`
	LastModified string `json:"lastModified"`
}

func (f *found) about() about {
	var a about
	if json.Unmarshal(f.Metadata, &a) != nil { // users may write anything into their rows
		return about{}
	}
	return a
}

const (
	objectGetSQL = `select id, version, bucket_id, name, metadata, user_metadata, created_at, updated_at` +
		` from storage.object_get(_bucket_id => $1, _name => $2, _public => $3)`
	objectPublicSQL = `select id, version, bucket_id, name, metadata, user_metadata, created_at, updated_at` +
		` from storage.object_public(_bucket_id => $1, _name => $2)`
	objectSignedSQL = `select id, version, bucket_id, name, metadata, user_metadata, created_at, updated_at` +
		` from storage.object_signed(_bucket_id => $1, _name => $2)`
)

// reader answers one object's request; again finds the object once more.
type reader func(c echo.Context, o *found, again finder) error

// finder looks an object up, or answers NoSuchKey.
type finder func(ctx context.Context) (*found, error)

func (s *Service) findAs(as *db.Caller, bucket, name string, public bool) finder {
	return s.findBy(as, objectGetSQL, bucket, name, public)
}

// findBy is of a query that runs as the caller.
func (s *Service) findBy(as *db.Caller, sql string, args ...any) finder {
	as.ReadOnly = true
	return func(ctx context.Context) (o *found, err error) {
		err = s.Pool.QueryAs(ctx, as, func(rows pgx.Rows) error {
			o, err = pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[found])
			return err
		}, sql, args...)
		return o, orNoKey(err)
	}
}

// find is of a query that runs as the platform.
func (s *Service) find(sql, bucket, name string) finder {
	return func(ctx context.Context) (*found, error) {
		o, err := db.CallRow[found](ctx, s.Pool, sql, bucket, name)
		return &o, orNoKey(err)
	}
}

func orNoKey(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return errNoKey
	}
	return err
}

// visible reads what the caller's policies show and, where public is set, what lies in a public bucket.
func (s *Service) visible(public bool, read reader) handler {
	return func(c echo.Context, as *db.Caller) error {
		return s.read(c, s.findAs(as, param(c, "bucket"), param(c, "*"), public), read)
	}
}

func (s *Service) public(read reader) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := s.read(c, s.find(objectPublicSQL, param(c, "bucket"), param(c, "*")), read)
		var p *problem.Problem
		if errors.As(err, &p) && p == errNoKey {
			return s.publicMissing(c)
		}
		return err
	}
}

const bucketPublicSQL = `select status, body from storage.bucket_public(_id => $1)`

// publicMissing says which is missing: a private bucket is as absent as one that is not there.
func (s *Service) publicMissing(c echo.Context) error {
	out, err := db.Call(c.Request().Context(), s.Pool, bucketPublicSQL, param(c, "bucket"))
	if _, err := accepted(out, err); err != nil {
		return err
	}
	return errNoKey
}

func (s *Service) read(c echo.Context, find finder, read reader) error {
	o, err := find(c.Request().Context())
	if err != nil {
		return err
	}
	return read(c, o, find)
}

func (s *Service) info(c echo.Context, o *found, _ finder) error {
	a := o.about()
	return c.JSON(http.StatusOK, map[string]any{
		"id": o.ID, "name": o.Name, "version": o.Version, "bucket_id": o.Bucket, "size": a.Size, "content_type": a.MimeType,
		"cache_control": a.CacheControl, "etag": a.ETag, "metadata": o.UserMetadata, "last_modified": a.LastModified, "created_at": o.CreatedAt,
	})
}

// serve answers an object's bytes.
func (s *Service) serve(c echo.Context, o *found, again finder) error {
	return s.deliver(c, o, again, time.Time{})
}

// deliver is serve for a link that ends at until: then no cache may outlive it.
func (s *Service) deliver(c echo.Context, o *found, again finder, until time.Time) error {
	blob, err := s.open(c.Request().Context(), &o, again)
	if err != nil {
		return err
	}
	defer blob.Close()
	a := o.about()
	h := c.Response().Header()
	if until.IsZero() {
		h.Set("Cache-Control", a.CacheControl)
	} else {
		h.Set("Expires", until.UTC().Format(http.TimeFormat))
	}
	if a.ContentEncoding != "" {
		h.Set("Content-Encoding", a.ContentEncoding)
	}
	h.Set("X-Robots-Tag", "none")
	if a.RobotsTag != "" {
		h.Set("X-Robots-Tag", a.RobotsTag)
	}
	h.Set("Etag", a.ETag)
	harmless(h, a.MimeType)
	disposition(c, h)
	return s.send(c, blob, o.UpdatedAt)
}

// open opens an object's bytes. If they are gone, somebody replaced the object
// a moment ago: it is looked up once more.
func (s *Service) open(ctx context.Context, o **found, again finder) (Blob, error) {
	for attempt := 0; ; attempt++ {
		if (*o).Version == nil {
			return nil, errNoKey
		}
		blob, err := s.Backend.Open(ctx, *(*o).Version)
		if attempt > 0 || !errors.Is(err, ErrNoBytes) {
			return blob, stored(err)
		}
		if *o, err = again(ctx); err != nil {
			return nil, err
		}
	}
}
