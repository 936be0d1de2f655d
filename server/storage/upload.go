package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

func (s *Service) mountObjects(g *echo.Group) {
	g.POST("/object/move", s.as("object.move", s.move))
	g.POST("/object/copy", s.as("object.copy", s.copy))
	g.POST("/object/list/:bucket", s.as("object.list", s.list))
	g.POST("/object/list-v2/:bucket", s.as("object.list", s.listV2))
	g.POST("/object/:bucket/*", s.as("object.upload", s.upload))
	g.PUT("/object/:bucket/*", s.as("object.upload_update", s.upload))
	g.DELETE("/object/:bucket", s.as("object.delete_many", s.deleteMany))
	g.DELETE("/object/:bucket/", s.as("object.delete_many", s.deleteMany))
	g.DELETE("/object/:bucket/*", s.as("object.delete", s.deleteOne))
}

// pending is an upload that SQL has admitted.
type pending struct {
	Upload    uuid.UUID       `json:"upload"`
	Limit     int64           `json:"limit"`
	ExpiresAt time.Time       `json:"expires_at"`
	Source    uuid.UUID       `json:"source"` // of a copy
	Size      int64           `json:"size"`   // of a copy
	Headers   headers         `json:"headers"`
	Metadata  json.RawMessage `json:"user_metadata"`
}

// object is a row of storage.objects as commits answer it.
type object struct {
	ID       uuid.UUID `json:"id"`
	Bucket   string    `json:"bucket_id"`
	Name     string    `json:"name"`
	Version  uuid.UUID `json:"version"`
	Metadata struct {
		ETag string `json:"eTag"`
	} `json:"metadata"`
	UpdatedAt time.Time `json:"updated_at"`
}

const objectBeginSQL = `select status, body from storage.object_begin(_bucket_id => $1, _name => $2, _upsert => $3, _kind => $4, _length => $5,` +
	` _limit => $6, _headers => $7, _user_metadata => $8, _lifetime => make_interval(secs => $9))`

// begin asks for an upload as the caller, before any byte is read.
func (s *Service) begin(ctx context.Context, as *db.Caller, bucket, name, kind string, upsert bool, in *incoming) (pending, error) {
	limit, life := s.Config.SizeLimit, 24*time.Hour
	if kind != "put" {
		limit, life = s.Config.ResumableLimit, s.Config.ResumableExpiry
	}
	out, err := s.Pool.CallAs(ctx, as, objectBeginSQL, bucket, name, upsert, kind, in.length, limit, in.headers, in.metadata, life.Seconds())
	return acceptedAs[pending](out, err)
}

// upload is POST and PUT of an object.
func (s *Service) upload(c echo.Context, as *db.Caller) error {
	r := c.Request()
	bucket, name := param(c, "bucket"), param(c, "*")
	if err := s.pace(c, as); err != nil {
		return err
	}
	in, err := s.receive(c)
	if err != nil {
		return err
	}
	o, err := s.save(r.Context(), as, bucket, name, upserts(r) || r.Method == http.MethodPut, in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"Id": o.ID, "Key": fullPath(bucket, name)})
}

// store writes the bytes of a pending upload and commits it.
func (s *Service) store(ctx context.Context, by *writer, p pending, in *incoming) (object, error) {
	size := int64(-1)
	if in.length != nil {
		size = *in.length
	}
	// A client that goes away ends the body; the backend is to tidy up even so.
	n, err := s.Backend.Put(context.WithoutCancel(ctx), p.Upload, &capped{in.r, p.Limit}, size)
	if err == nil {
		err = fault("bytes stored")
	}
	if err == nil && size >= 0 && n != size {
		err = refuse(http.StatusBadRequest, "IncompleteBody", fmt.Sprintf("got %d of %d bytes", n, size))
	}
	if err != nil {
		s.discard(ctx, p.Upload)
		return object{}, stored(err)
	}
	o, err := s.commit(ctx, by, p.Upload, n, nil)
	if err != nil {
		s.discard(ctx, p.Upload)
	}
	return o, err
}

// afterwards is how long what must be tidied up may take after a request.
const afterwards = 30 * time.Second

const uploadDiscardSQL = `select status, body from storage.upload_discard(_upload_id => $1)`

// discard gives an upload up. If that fails too, it expires.
func (s *Service) discard(ctx context.Context, id uuid.UUID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	if _, err := db.Call(ctx, s.Pool, uploadDiscardSQL, id); err != nil {
		slog.WarnContext(ctx, "an upload could not be discarded and is left to expire", "upload", id, "error", err)
	}
}

const objectMoveSQL = `select status, body from storage.object_move(_bucket_id => $1, _name => $2, _to_bucket_id => $3, _to_name => $4)`

// transferOf is the body of move and copy.
type transferOf struct {
	Bucket   string          `json:"bucketId"`
	From     string          `json:"sourceKey"`
	To       string          `json:"destinationKey"`
	ToBucket string          `json:"destinationBucket"`
	Copy     *bool           `json:"copyMetadata"`
	Metadata json.RawMessage `json:"metadata"`
	Version  string          `json:"sourceVersionId"`
}

func (t *transferOf) read(c echo.Context) error {
	if err := bind(c, t); err != nil {
		return err
	}
	for _, field := range []struct{ name, value string }{{"bucketId", t.Bucket}, {"sourceKey", t.From}, {"destinationKey", t.To}} {
		if field.value == "" {
			return required(field.name)
		}
	}
	if t.Version != "" {
		return unsupported("Versions of objects")
	}
	if t.ToBucket == "" {
		t.ToBucket = t.Bucket
	}
	return nil
}

func (s *Service) move(c echo.Context, as *db.Caller) error {
	var in transferOf
	if err := in.read(c); err != nil {
		return err
	}
	out, err := s.Pool.CallAs(c.Request().Context(), as, objectMoveSQL, in.Bucket, in.From, in.ToBucket, in.To)
	return reply(c, out, err)
}

const objectCopySQL = `select status, body from storage.object_copy(_bucket_id => $1, _name => $2, _to_bucket_id => $3, _to_name => $4,` +
	` _upsert => $5, _limit => $6, _headers => $7, _user_metadata => $8, _copy_metadata => $9)`

func (s *Service) copy(c echo.Context, as *db.Caller) error {
	var in transferOf
	if err := in.read(c); err != nil {
		return err
	}
	if err := s.pace(c, as); err != nil {
		return err
	}
	unhurried(c)
	r := c.Request()
	out, err := s.copyObject(r.Context(), as, &in, upserts(r), metadataHeader(r.Header.Get("X-Metadata")))
	if err != nil {
		return err
	}
	body := map[string]any{}
	if err := json.Unmarshal(out.Body, &body); err != nil {
		return err
	}
	body["Key"], body["Id"] = fullPath(in.ToBucket, in.To), body["id"]
	return c.JSON(http.StatusOK, body)
}

// copyObject copies within the backend; the answer is the new object's row.
func (s *Service) copyObject(ctx context.Context, as *db.Caller, in *transferOf, upsert bool, metadata json.RawMessage) (db.Outcome, error) {
	out, err := s.Pool.CallAs(ctx, as, objectCopySQL, in.Bucket, in.From, in.ToBucket, in.To, upsert, s.Config.ResumableLimit, in.Metadata,
		metadata, in.Copy == nil || *in.Copy)
	p, err := acceptedAs[pending](out, err)
	if err != nil {
		return out, err
	}
	if err := s.Backend.Copy(ctx, p.Source, p.Upload); err != nil {
		s.discard(ctx, p.Upload)
		return out, stored(err)
	}
	if err := fault("bytes copied"); err != nil {
		return out, err
	}
	by := &writer{as: as, bucket: in.ToBucket, name: in.To, upsert: upsert, headers: p.Headers, metadata: p.Metadata}
	out, err = s.commitRow(ctx, by, p.Upload, p.Size, nil)
	if out, err = accepted(out, err); err != nil {
		s.discard(ctx, p.Upload)
		return out, err
	}
	return out, fault("committed")
}

const objectsDeleteSQL = `select status, body from storage.objects_delete(_bucket_id => $1, _names => $2)`

const maxNames = 1000

func (s *Service) deleteMany(c echo.Context, as *db.Caller) error {
	var in struct {
		Names []string `json:"prefixes"`
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if len(in.Names) == 0 || len(in.Names) > maxNames {
		return refuse(http.StatusBadRequest, "InvalidRequest", "body/prefixes must have 1 to 1000 items")
	}
	out, err := s.Pool.CallAs(c.Request().Context(), as, objectsDeleteSQL, param(c, "bucket"), in.Names)
	return reply(c, out, err)
}

func (s *Service) deleteOne(c echo.Context, as *db.Caller) error {
	out, err := s.Pool.CallAs(c.Request().Context(), as, objectsDeleteSQL, param(c, "bucket"), []string{param(c, "*")})
	gone, err := acceptedAs[[]object](out, err)
	if err != nil {
		return err
	}
	if len(gone) == 0 {
		return errNoKey
	}
	return c.JSON(http.StatusOK, map[string]string{"message": "Successfully deleted"})
}
