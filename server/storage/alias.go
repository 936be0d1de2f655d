package storage

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

// aliasBucket is where the short surface keeps its files: one bucket like any
// other, under the same policies.
const aliasBucket = "files"

// mountAliases adds the short surface /_storage: one bucket, plain statuses;
// beside it what a scanner reads, and whether the backend is well.
func (s *Service) mountAliases(e *echo.Echo) {
	e.GET("/files/*", s.orAnon("object.get_authenticated", s.inFiles(s.serve)))
	e.GET("/_health/storage", s.health)
	g := e.Group("/_storage")
	g.GET("/scanning/:id", s.as("object.scan", s.scanning))
	g.POST("/upload", s.as("object.upload", s.aliasUpload))
	g.GET("/download/*", s.orAnon("object.get_authenticated", s.inFiles(s.serve)))
	g.HEAD("/download/*", s.orAnon("object.get_authenticated", s.inFiles(s.serve)))
	g.GET("/metadata/*", s.orAnon("object.info", s.inFiles(s.info)))
	g.GET("/list", s.as("object.list", s.aliasList))
	g.DELETE("/files/*", s.as("object.delete", s.aliasDelete))
	g.GET("/backend-info", func(c echo.Context) error {
		body := map[string]any{"backend": s.Backend.Name(), "detected": s.Config.Backend == "auto", "max_file_size": s.Config.SizeLimit}
		return c.JSON(http.StatusOK, body)
	})
}

func (s *Service) health(c echo.Context) error {
	if err := s.Backend.Check(c.Request().Context()); err != nil {
		p := refuse(http.StatusServiceUnavailable, "storage_unavailable", "The storage backend cannot be used.")
		p.Cause = err
		return p
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ok", "backend": s.Backend.Name()})
}

const objectScanningSQL = `select id, version, bucket_id, name, metadata, user_metadata, created_at, updated_at` +
	` from storage.object_scanning(_upload_id => $1::uuid)`

func (s *Service) scanning(c echo.Context, as *db.Caller) error {
	id, err := uuid.Parse(param(c, "id"))
	if err != nil {
		return errNoUpload
	}
	return s.read(c, s.findBy(as, objectScanningSQL, id.String()), s.serve)
}

func (s *Service) inFiles(read reader) handler {
	return func(c echo.Context, as *db.Caller) error {
		return s.read(c, s.findAs(as, aliasBucket, param(c, "*"), true), read)
	}
}

// aliasUpload takes a form's file or a raw body; the name is ?filename= or the form's.
func (s *Service) aliasUpload(c echo.Context, as *db.Caller) error {
	if err := s.pace(c, as); err != nil {
		return err
	}
	in, err := s.receive(c)
	if err != nil {
		return err
	}
	name := c.QueryParam("filename")
	if part, ok := in.r.(interface{ FileName() string }); ok && name == "" {
		name = part.FileName()
	}
	o, err := s.save(c.Request().Context(), as, aliasBucket, name, upserts(c.Request()), in)
	if err != nil {
		return err
	}
	url := s.ExternalURL + "/_storage/download/" + strings.TrimPrefix(escapePath("/"+name), "/")
	return c.JSON(http.StatusCreated, map[string]any{"id": o.ID, "filename": name, "url": url})
}

func (s *Service) aliasList(c echo.Context, as *db.Caller) error {
	limit := maxNames
	if n := number(c.QueryParam("limit")); n != nil {
		limit = *n
	}
	as.ReadOnly = true
	out, err := s.Pool.CallAs(c.Request().Context(), as, listV2SQL, aliasBucket, c.QueryParam("prefix"), limit, c.QueryParam("cursor"), false, "", "")
	return reply(c, out, err)
}

func (s *Service) aliasDelete(c echo.Context, as *db.Caller) error {
	out, err := s.Pool.CallAs(c.Request().Context(), as, objectsDeleteSQL, aliasBucket, []string{param(c, "*")})
	gone, err := acceptedAs[[]object](out, err)
	if err != nil {
		return err
	}
	if len(gone) == 0 {
		return errNoKey
	}
	return c.NoContent(http.StatusNoContent)
}
