package storage

import (
	"context"
	"crypto/md5"  //nolint:gosec // a checksum of the protocol, no secret
	"crypto/sha1" //nolint:gosec // a checksum of the protocol, no secret
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

// tusPatch adds a part.
func (s *Service) tusPatch(c echo.Context, as *db.Caller) error {
	r := c.Request()
	t, err := parseTusID(param(c, "id"))
	if err != nil {
		return err
	}
	if r.Header.Get("Content-Type") != tusContentType {
		return refuse(http.StatusUnsupportedMediaType, "InvalidRequest", "Content-Type must be "+tusContentType)
	}
	offset, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		return refuse(http.StatusBadRequest, "InvalidRequest", "Upload-Offset must be a number")
	}
	length, err := tusLength(r)
	if err != nil {
		return err
	}
	offset, err = s.appendPart(c, as, t, offset, length)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Upload-Offset", strconv.FormatInt(offset, 10))
	return c.NoContent(http.StatusNoContent)
}

const (
	uploadResumeSQL = `select status, body from storage.upload_resume(_upload_id => $1, _bucket_id => $2, _name => $3, _upsert => $4, _part => $5,` +
		` _offset => $6, _length => $7)`
	uploadTakeSQL = `select status, body from storage.upload_take(_upload_id => $1, _bucket_id => $2, _name => $3, _part => $4, _offset => $5, _length => $6)`
	partAddSQL    = `select status, body from storage.part_add(_upload_id => $1, _part => $2, _size => $3, _number => $4)`
)

// taken is an upload that waits for this request's bytes.
type taken struct {
	Length    *int64    `json:"length"`
	Limit     int64     `json:"limit"`
	Received  int64     `json:"received"`
	ExpiresAt time.Time `json:"expires_at"`
	Parts     int       `json:"parts"`
}

// appendPart stores a request's body as the next part and answers the new
// offset. What came before a connection broke is kept: the client goes on from
// there. Asked, stored, noted: three calls, as bytes move between them.
func (s *Service) appendPart(c echo.Context, as *db.Caller, t target, offset int64, length *int64) (int64, error) {
	r := c.Request()
	sum, err := checksum(r.Header.Get("Upload-Checksum"))
	if err != nil {
		return 0, err
	}
	control := http.NewResponseController(c.Response())
	done := s.writers.start(t.id, func() { _ = control.SetReadDeadline(time.Unix(1, 0)) })
	defer done()
	id := uuid.New()
	var out db.Outcome
	if linkOf(c) != nil {
		out, err = db.Call(r.Context(), s.Pool, uploadTakeSQL, t.id, t.bucket, t.name, id, offset, length)
	} else {
		out, err = s.Pool.CallAs(r.Context(), as, uploadResumeSQL, t.id, t.bucket, t.name, upserts(r), id, offset, length)
	}
	up, err := acceptedAs[taken](out, err)
	if err != nil {
		return 0, err
	}
	room := up.Limit
	if up.Length != nil {
		room = *up.Length
	}
	body := &salvaged{r: s.patient(c, r.Body), keep: sum == nil}
	ctx := context.WithoutCancel(r.Context()) // a client that is gone leaves what it sent
	n, err := s.Backend.Put(ctx, id, sum.tee(&capped{body, room - offset}), -1)
	if err == nil {
		err = errors.Join(fault("part stored"), sum.verify())
	}
	if err != nil {
		s.dropBytes(ctx, id)
		return 0, stored(err)
	}
	out, err = db.Call(ctx, s.Pool, partAddSQL, t.id, id, n, nil)
	now, err := acceptedAs[taken](out, err)
	if err != nil {
		s.dropBytes(ctx, id)
		return 0, err
	}
	c.Response().Header().Set("Upload-Expires", up.ExpiresAt.UTC().Format(http.TimeFormat))
	if err := fault("part noted"); err != nil {
		return 0, err
	}
	if now.Length != nil && now.Received == *now.Length {
		return now.Received, s.finish(ctx, tusWriter(c, as), t.id)
	}
	if now.Parts < manyParts {
		return now.Received, nil
	}
	return now.Received, s.fold(ctx, t.id)
}

// dropBytes deletes what no row names yet. If that fails, the sweep finds it.
func (s *Service) dropBytes(ctx context.Context, id uuid.UUID) {
	if err := s.Backend.Delete(ctx, []uuid.UUID{id}); err != nil {
		slog.WarnContext(ctx, "bytes of a failed upload are left to the sweep", "version", id, "error", err)
	}
}

// finish makes an object of an upload that is whole. The bytes of a single
// part are the object's; several are joined first.
func (s *Service) finish(ctx context.Context, by *writer, id uuid.UUID) error {
	ctx = context.WithoutCancel(ctx)
	out, err := db.Call(ctx, s.Pool, uploadGetSQL, id)
	u, err := acceptedAs[received](out, err)
	if err != nil || u.State != "pending" {
		return err // another request was faster
	}
	version, err := s.joined(ctx, id, u.Parts)
	if err != nil {
		return stored(err)
	}
	by.bucket, by.name, by.headers, by.metadata = u.Bucket, u.Name, u.Headers, u.Metadata
	_, err = s.commit(ctx, by, id, u.Received, version)
	if isNo(err) {
		s.discard(ctx, id)
	}
	return err
}

// tusWriter is who finishes an upload by its last part.
func tusWriter(c echo.Context, as *db.Caller) *writer {
	if linkOf(c) != nil {
		return &writer{}
	}
	return &writer{as: as, upsert: upserts(c.Request())}
}

// joined makes one of parts: that of the only one, or nil for the upload's own id.
func (s *Service) joined(ctx context.Context, id uuid.UUID, parts []part) (*uuid.UUID, error) {
	if len(parts) == 1 {
		return &parts[0].Version, nil
	}
	pieces := make([]Piece, len(parts))
	for i, p := range parts {
		pieces[i] = Piece{p.Version, p.Size}
	}
	if err := s.Backend.Join(ctx, id, pieces); err != nil {
		return nil, err
	}
	return nil, fault("parts joined")
}

const (
	manyParts   = 1000
	partFoldSQL = `select status, body from storage.parts_fold(_upload_id => $1, _part => $2, _count => $3)`
)

// fold makes one part of very many, for clients that send small pieces.
func (s *Service) fold(ctx context.Context, id uuid.UUID) error {
	out, err := db.Call(ctx, s.Pool, uploadGetSQL, id)
	u, err := acceptedAs[received](out, err)
	if err != nil {
		return err
	}
	whole := uuid.New()
	if _, err := s.joined(ctx, whole, u.Parts); err != nil {
		return stored(err)
	}
	out, err = db.Call(ctx, s.Pool, partFoldSQL, id, whole, len(u.Parts))
	if _, err = accepted(out, err); err != nil {
		s.dropBytes(ctx, whole)
	}
	return err
}

// salvaged ends where its source breaks, so that what came is kept.
type salvaged struct {
	r    io.Reader
	keep bool
}

func (b *salvaged) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && b.keep {
		err = io.EOF
	}
	return n, err
}

// digest is a checksum that a client announced; nil for none.
type digest struct {
	hash.Hash
	want []byte
}

func checksum(header string) (*digest, error) {
	if header == "" {
		return nil, nil //nolint:nilnil // none was announced
	}
	name, encoded, _ := strings.Cut(header, " ")
	want, err := base64.StdEncoding.DecodeString(encoded)
	algorithms := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "md5": md5.New}
	algorithm, ok := algorithms[name]
	if err != nil || !ok {
		return nil, refuse(http.StatusBadRequest, "InvalidChecksum", "Upload-Checksum must be sha1, sha256 or md5 and base64")
	}
	return &digest{algorithm(), want}, nil
}

func (d *digest) tee(r io.Reader) io.Reader {
	if d == nil {
		return r
	}
	return io.TeeReader(r, d)
}

const statusChecksumMismatch = 460 // of the TUS protocol

func (d *digest) verify() error {
	if d == nil || subtle.ConstantTimeCompare(d.Sum(nil), d.want) == 1 {
		return nil
	}
	return refuse(statusChecksumMismatch, "InvalidChecksum", "Checksum Mismatch")
}

// writers knows the requests of this process that add to an upload, so that
// the next one stops the one before. Across processes part_add decides.
type writers struct {
	mu    sync.Mutex
	stops map[uuid.UUID]*func()
}

func newWriters() *writers { return &writers{stops: map[uuid.UUID]*func(){}} }

// start stops whoever writes to the upload, and answers what to call at the end.
func (w *writers) start(id uuid.UUID, stop func()) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if before, ok := w.stops[id]; ok {
		(*before)()
	}
	w.stops[id] = &stop
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.stops[id] == &stop {
			delete(w.stops, id)
		}
	}
}

func (w *writers) stop(id uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if stop, ok := w.stops[id]; ok {
		(*stop)()
	}
}
