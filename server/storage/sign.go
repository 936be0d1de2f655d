package storage

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

func (s *Service) mountLinks(g *echo.Group) {
	g.POST("/object/sign/:bucket", s.as("object.sign_many", s.signMany))
	g.POST("/object/sign/:bucket/*", s.as("object.sign", s.signOne))
	g.GET("/object/sign/:bucket/*", s.serveSigned)
	g.HEAD("/object/sign/:bucket/*", s.serveSigned)
	g.POST("/object/upload/sign/:bucket/*", s.as("object.sign_upload_url", s.signUpload))
	g.PUT("/object/upload/sign/:bucket/*", s.uploadSigned)
}

const objectsSignSQL = `select status, body from storage.objects_sign(_bucket_id => $1, _names => $2)`

// signable says of each name whether the caller may read it.
func (s *Service) signable(ctx context.Context, as *db.Caller, bucket string, names []string) ([]bool, error) {
	as.ReadOnly = true
	out, err := s.Pool.CallAs(ctx, as, objectsSignSQL, bucket, names)
	return acceptedAs[[]bool](out, err)
}

const maxLife = 100 * 365 * 24 * time.Hour

// life is expiresIn of a request.
func life(seconds *int64) (time.Duration, error) {
	if seconds == nil {
		return 0, required("expiresIn")
	}
	if *seconds < 1 || *seconds > int64(maxLife/time.Second) {
		return 0, refuse(http.StatusBadRequest, "InvalidRequest", "body/expiresIn must be >= 1")
	}
	return time.Duration(*seconds) * time.Second, nil
}

func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }

func (s *Service) signOne(c echo.Context, as *db.Caller) error {
	var in struct {
		ExpiresIn *int64     `json:"expiresIn"`
		Transform *transform `json:"transform"`
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	lasts, err := life(in.ExpiresIn)
	if err != nil {
		return err
	}
	bucket, name := param(c, "bucket"), param(c, "*")
	may, err := s.signable(c.Request().Context(), as, bucket, []string{name})
	if err != nil {
		return err
	}
	if !may[0] {
		return errNoKey
	}
	base := "/object/sign/"
	if in.Transform != nil && s.Config.Transform {
		if err := in.Transform.check(); err != nil {
			return err
		}
		base = "/render/image/sign/"
	} else {
		in.Transform = nil
	}
	path := fullPath(bucket, name)
	link := s.links.sign(claims{URL: path, Scope: scopeDownload, Transform: in.Transform}, lasts)
	return c.JSON(http.StatusOK, map[string]string{"signedURL": base + escapePath(path) + "?token=" + link})
}

type signed struct {
	Error *string `json:"error"`
	Path  string  `json:"path"`
	URL   *string `json:"signedURL"`
}

func (s *Service) signMany(c echo.Context, as *db.Caller) error {
	var in struct {
		ExpiresIn *int64   `json:"expiresIn"`
		Paths     []string `json:"paths"`
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	lasts, err := life(in.ExpiresIn)
	if err != nil {
		return err
	}
	if len(in.Paths) == 0 || len(in.Paths) > maxNames {
		return refuse(http.StatusBadRequest, "InvalidRequest", "body/paths must have 1 to 1000 items")
	}
	bucket := param(c, "bucket")
	may, err := s.signable(c.Request().Context(), as, bucket, in.Paths)
	if err != nil {
		return err
	}
	no := "Either the object does not exist or you do not have access to it"
	all := make([]signed, len(in.Paths))
	for i, name := range in.Paths {
		all[i] = signed{Error: &no, Path: name}
		if may[i] {
			path := fullPath(bucket, name)
			link := "/object/sign/" + escapePath(path) + "?token=" + s.links.sign(claims{URL: path, Scope: scopeDownload}, lasts)
			all[i] = signed{Path: name, URL: &link}
		}
	}
	return c.JSON(http.StatusOK, all)
}

// signedRead checks a link to read; until is when it ends.
func (s *Service) signedRead(c echo.Context) (cl *claims, find finder, err error) {
	if c.QueryParam("token") == "" {
		return nil, nil, refuse(http.StatusBadRequest, "InvalidRequest", "querystring must have required property 'token'")
	}
	bucket, name := param(c, "bucket"), param(c, "*")
	cl, err = s.links.verify(c.QueryParam("token"), fullPath(bucket, name), scopeDownload)
	return cl, s.find(objectSignedSQL, bucket, name), err
}

func (s *Service) serveSigned(c echo.Context) error {
	cl, find, err := s.signedRead(c)
	if err != nil {
		return err
	}
	if cl.Transform != nil {
		return refuse(http.StatusBadRequest, "InvalidSignature", "The signature is for another path or use")
	}
	return s.read(c, find, func(c echo.Context, o *found, again finder) error {
		return s.deliver(c, o, again, time.Unix(cl.ExpiresAt, 0))
	})
}

const uploadSignSQL = `select status, body from storage.upload_sign(_bucket_id => $1, _name => $2, _upsert => $3)`

func (s *Service) signUpload(c echo.Context, as *db.Caller) error {
	bucket, name, upsert := param(c, "bucket"), param(c, "*"), upserts(c.Request())
	out, err := s.Pool.CallAs(c.Request().Context(), as, uploadSignSQL, bucket, name, upsert)
	may, err := acceptedAs[struct{ Owner, Replaces string }](out, err)
	if err != nil {
		return err
	}
	path := fullPath(bucket, name)
	link := s.links.sign(claims{URL: path, Scope: scopeUpload, Owner: may.Owner, Upsert: upsert, Replaces: may.Replaces}, s.Config.SignedUploadTTL)
	return c.JSON(http.StatusOK, map[string]string{"url": "/object/upload/sign/" + escapePath(path) + "?token=" + link, "token": link})
}

const uploadSignedSQL = `select status, body from storage.upload_signed(_bucket_id => $1, _name => $2, _owner_id => nullif($3, ''), _upsert => $4,` +
	` _kind => $5, _length => $6, _limit => $7, _headers => $8, _user_metadata => $9, _replaces => $10, _lifetime => make_interval(secs => $11))`

// beginSigned is begin for the holder of a link.
func (s *Service) beginSigned(ctx context.Context, cl *claims, kind string, in *incoming) (pending, error) {
	bucket, name, _ := strings.Cut(cl.URL, "/")
	limit, lasts := s.Config.SizeLimit, 24*time.Hour
	if kind != "put" {
		limit, lasts = s.Config.ResumableLimit, s.Config.ResumableExpiry
	}
	out, err := db.Call(ctx, s.Pool, uploadSignedSQL, bucket, name, cl.Owner, cl.Upsert, kind, in.length, limit, in.headers, in.metadata,
		cl.Replaces, lasts.Seconds())
	return acceptedAs[pending](out, err)
}

func (s *Service) uploadSigned(c echo.Context) error {
	bucket, name := param(c, "bucket"), param(c, "*")
	path := fullPath(bucket, name)
	cl, err := s.links.verify(c.QueryParam("token"), path, scopeUpload)
	if err != nil {
		return err
	}
	if err := s.pace(c, nil); err != nil {
		return err
	}
	in, err := s.receive(c)
	if err != nil {
		return err
	}
	if _, err := s.saveSigned(c.Request().Context(), cl, bucket, name, in); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"Key": path})
}
