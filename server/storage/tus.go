package storage

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

// Resumable uploads: TUS 1.0.0. Each request's bytes become a part of their
// own in the backend, noted in SQL when they are safe; so any node can go on
// with an upload, and a restart loses nothing but the part under way.

const (
	tusVersion     = "1.0.0"
	tusExtensions  = "creation,creation-with-upload,creation-defer-length,termination,expiration,checksum"
	tusContentType = "application/offset+octet-stream"
)

func (s *Service) mountResumable(g *echo.Group) {
	for _, path := range []string{"", "/", "/*"} {
		g.OPTIONS(path, s.tusOptions)
	}
	create := s.tus(s.as("tus.create_upload", s.tusCreate))
	g.POST("", create)
	g.POST("/", create)
	g.POST("/sign", s.tus(s.signedWriter(s.tusCreate)))
	g.PATCH("/sign/:id", s.tus(s.signedWriter(s.tusPatch)))
	g.DELETE("/sign/:id", s.tus(s.signedWriter(s.tusDelete)))
	g.PATCH("/:id", s.tus(s.as("tus.upload_part", s.tusPatch)))
	g.DELETE("/:id", s.tus(s.as("tus.upload_delete", s.tusDelete)))
	g.HEAD("/sign/:id", s.tus(s.tusHead))
	g.HEAD("/:id", s.tus(s.tusHead))
}

// tus refuses other versions of the protocol and names ours.
func (s *Service) tus(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Tus-Resumable", tusVersion)
		h.Set("Cache-Control", "no-store")
		if got := c.Request().Header.Get("Tus-Resumable"); got != tusVersion {
			h.Set("Tus-Version", tusVersion)
			return refuse(http.StatusPreconditionFailed, "InvalidRequest", "Tus-Resumable must be "+tusVersion)
		}
		return next(c)
	}
}

// signedWriter serves the holder of a signed upload link: as nobody, the
// claims kept in the context.
func (s *Service) signedWriter(h handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		target, err := tusTarget(c)
		if err != nil {
			return err
		}
		cl, err := s.links.verify(c.Request().Header.Get("X-Signature"), fullPath(target.bucket, target.name), scopeUpload)
		if err != nil {
			return err
		}
		c.Set("link", cl)
		return h(c, nil)
	}
}

func linkOf(c echo.Context) *claims {
	cl, _ := c.Get("link").(*claims)
	return cl
}

func (s *Service) tusOptions(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Tus-Resumable", tusVersion)
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", tusExtensions)
	h.Set("Tus-Max-Size", strconv.FormatInt(s.Config.ResumableLimit, 10))
	h.Set("Tus-Checksum-Algorithm", "sha1,sha256,md5")
	h.Set("Access-Control-Allow-Methods", "POST, GET, HEAD, PATCH, DELETE, OPTIONS")
	allowed := "Authorization, ApiKey, X-Upsert, X-Signature, X-Client-Info, Content-Type, Tus-Resumable, Upload-Length, Upload-Offset, " +
		"Upload-Metadata, Upload-Defer-Length, Upload-Concat, Upload-Checksum, X-HTTP-Method-Override, X-Requested-With"
	h.Set("Access-Control-Allow-Headers", allowed)
	return c.NoContent(http.StatusNoContent)
}

// tusCreate opens an upload; a body, if there is one, is its first part.
func (s *Service) tusCreate(c echo.Context, as *db.Caller) error {
	if err := s.pace(c, as); err != nil {
		return err
	}
	r := c.Request()
	t, err := tusTarget(c)
	if err != nil {
		return err
	}
	in := &incoming{
		headers:  headers{MimeType: t.meta["contentType"], CacheControl: bareSeconds(t.meta["cacheControl"]), RobotsTag: r.Header.Get("X-Robots-Tag")},
		metadata: objectOrNil([]byte(t.meta["metadata"])), r: http.NoBody,
	}
	if in.headers.MimeType == "" {
		in.headers.MimeType = "application/octet-stream"
	}
	if err := in.finish(); err != nil {
		return err
	}
	if in.length, err = tusLength(r); err != nil {
		return err
	}
	if in.length == nil && r.Header.Get("Upload-Defer-Length") != "1" {
		return refuse(http.StatusBadRequest, "InvalidRequest", "Upload-Length is missing")
	}
	var p pending
	sign := ""
	if cl := linkOf(c); cl != nil {
		p, err = s.beginSigned(r.Context(), cl, "tus", in)
		sign = "/sign"
	} else {
		p, err = s.begin(r.Context(), as, t.bucket, t.name, "tus", upserts(r), in)
	}
	if err != nil {
		return err
	}
	t.id = p.Upload
	h := c.Response().Header()
	h.Set("Location", s.ExternalURL+Prefix+"/upload/resumable"+sign+"/"+tusID(t))
	h.Set("Upload-Expires", p.ExpiresAt.UTC().Format(http.TimeFormat))
	switch {
	case in.length != nil && *in.length == 0: // nothing will follow
		if err := s.finish(r.Context(), tusWriter(c, as), t.id); err != nil {
			return err
		}
		h.Set("Upload-Offset", "0")
	case r.Header.Get("Content-Type") == tusContentType && r.ContentLength != 0:
		offset, err := s.appendPart(c, as, t, 0, nil)
		if err != nil {
			return err
		}
		h.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	}
	return c.NoContent(http.StatusCreated)
}

func tusLength(r *http.Request) (*int64, error) {
	text := r.Header.Get("Upload-Length")
	if text == "" {
		return nil, nil //nolint:nilnil // not known yet
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return nil, refuse(http.StatusBadRequest, "InvalidRequest", "Upload-Length must be a number")
	}
	return &n, nil
}

// received is an upload as SQL knows it.
type received struct {
	Bucket    string          `json:"bucket_id"`
	Name      string          `json:"name"`
	Kind      string          `json:"kind"`
	State     string          `json:"state"`
	Received  int64           `json:"received"`
	Length    *int64          `json:"length"`
	Headers   headers         `json:"headers"`
	Metadata  json.RawMessage `json:"user_metadata"`
	ExpiresAt time.Time       `json:"expires_at"`
	Parts     []part          `json:"parts"`
}

type part struct {
	Number  int       `json:"number"`
	Version uuid.UUID `json:"version"`
	Size    int64     `json:"size"`
	At      time.Time `json:"at"`
}

func (u *received) whole() bool {
	return u.State == "pending" && u.Length != nil && *u.Length == u.Received
}

const uploadGetSQL = `select status, body from storage.upload_get(_upload_id => $1)`

// tusHead says how far an upload is. One that is whole but was not committed,
// because the server stopped between the two, is committed now.
func (s *Service) tusHead(c echo.Context) error {
	t, err := parseTusID(param(c, "id"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	out, err := db.Call(ctx, s.Pool, uploadGetSQL, t.id)
	u, err := acceptedAs[received](out, err)
	if err != nil {
		return err
	}
	if u.Kind != "tus" || u.Bucket != t.bucket || u.Name != t.name {
		return errNoUpload
	}
	if u.whole() {
		if err := s.finish(ctx, &writer{}, t.id); err != nil {
			return err
		}
	}
	h := c.Response().Header()
	h.Set("Upload-Offset", strconv.FormatInt(u.Received, 10))
	if u.Length != nil {
		h.Set("Upload-Length", strconv.FormatInt(*u.Length, 10))
	} else {
		h.Set("Upload-Defer-Length", "1")
	}
	h.Set("Upload-Expires", u.ExpiresAt.UTC().Format(http.TimeFormat))
	var meta []string
	for _, pair := range [][2]string{
		{"bucketName", u.Bucket}, {"objectName", u.Name}, {"contentType", u.Headers.MimeType}, {"cacheControl", u.Headers.CacheControl},
	} {
		meta = append(meta, fmt.Sprintf("%s %s", pair[0], base64.StdEncoding.EncodeToString([]byte(pair[1]))))
	}
	h.Set("Upload-Metadata", strings.Join(meta, ","))
	return c.NoContent(http.StatusOK)
}

const uploadDiscardNamedSQL = `select status, body from storage.upload_discard(_upload_id => $1, _bucket_id => $2, _name => $3)`

const uploadAbortSQL = `select status, body from storage.upload_abort(_upload_id => $1, _bucket_id => $2, _name => $3, _upsert => $4)`

// tusDelete gives an upload up; what is finished is an object, and no upload to end.
func (s *Service) tusDelete(c echo.Context, as *db.Caller) error {
	t, err := parseTusID(param(c, "id"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s.writers.stop(t.id)
	var out db.Outcome
	if linkOf(c) != nil {
		out, err = db.Call(ctx, s.Pool, uploadDiscardNamedSQL, t.id, t.bucket, t.name)
	} else {
		out, err = s.Pool.CallAs(ctx, as, uploadAbortSQL, t.id, t.bucket, t.name, upserts(c.Request()))
	}
	if _, err := accepted(out, err); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
