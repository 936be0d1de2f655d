package storage

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

// What the clients can ask for and this server has not is refused by name: a
// request that is half obeyed would be worse.
func unsupported(what string) error {
	return refuse(http.StatusBadRequest, "NotSupported", what+" are not supported by this server")
}

func (s *Service) mountUnsupported(g *echo.Group) {
	for path, what := range map[string]string{
		"/vector": "Vector buckets", "/iceberg": "Analytics buckets", "/bucket/:bucket/lifecycle": "Lifecycle rules of buckets",
	} {
		no := func(echo.Context) error { return unsupported(what) }
		g.Any(path, no)
		g.Any(path+"/*", no)
	}
	g.DELETE("/cdn/:bucket", s.as("bucket.purge_cache", s.purgeBucket))
	g.DELETE("/cdn/:bucket/*", s.as("object.purge_cache", s.visible(true, purged)))
}

// purged answers a client that wants caches emptied of what it may see. Ours
// need no emptying: they go by version, and bytes of a version never change.
func purged(c echo.Context, _ *found, _ finder) error {
	return c.JSON(http.StatusOK, map[string]string{"message": "success"})
}

func (s *Service) purgeBucket(c echo.Context, as *db.Caller) error {
	out, err := s.Pool.CallAs(c.Request().Context(), as, bucketGetSQL, param(c, "bucket"))
	if _, err := accepted(out, err); err != nil {
		return err
	}
	return purged(c, nil, nil)
}

// plainBucket refuses kinds of buckets and versions of objects.
func plainBucket(kind string, versioning json.RawMessage) error {
	var status *string
	switch err := json.Unmarshal(orNull(versioning), &status); {
	case kind != "" && kind != "STANDARD":
		return unsupported("Buckets of type " + kind)
	case err != nil || status != nil && *status != "DISABLED":
		return unsupported("Versions of objects")
	default:
		return nil
	}
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}
