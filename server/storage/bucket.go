package storage

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

func (s *Service) mountBuckets(g *echo.Group) {
	g.POST("/bucket", s.as("bucket.create", s.bucketCreate))
	g.GET("/bucket", s.as("bucket.list", s.bucketsList))
	g.GET("/bucket/", s.as("bucket.list", s.bucketsList))
	g.GET("/bucket/:bucket", s.as("bucket.get", s.bucketGet))
	g.PUT("/bucket/:bucket", s.as("bucket.update", s.bucketUpdate))
	g.DELETE("/bucket/:bucket", s.as("bucket.delete", s.bucketDelete))
	g.POST("/bucket/:bucket/empty", s.as("bucket.empty", s.bucketEmpty))
}

const bucketCreateSQL = `select status, body from storage.bucket_create(_id => $1, _public => $2, _file_size_limit => $3, _allowed_mime_types => $4)`

func (s *Service) bucketCreate(c echo.Context, as *db.Caller) error {
	var in struct {
		ID         string          `json:"id"`
		Name       string          `json:"name"`
		Kind       string          `json:"type"`
		Public     bool            `json:"public"`
		Limit      json.RawMessage `json:"file_size_limit"`
		Types      []string        `json:"allowed_mime_types"`
		Versioning json.RawMessage `json:"versioning_status"`
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if in.Name == "" {
		return required("name")
	}
	if err := plainBucket(in.Kind, in.Versioning); err != nil {
		return err
	}
	limit, err := sizeOf(in.Limit)
	if err != nil {
		return err
	}
	id := in.Name
	if in.ID != "" {
		id = in.ID
	}
	out, err := s.Pool.CallAs(c.Request().Context(), as, bucketCreateSQL, id, in.Public, limit, in.Types)
	return reply(c, out, err)
}

const bucketsListSQL = `select status, body from storage.buckets_list(_limit => $1, _offset => $2, _search => $3, _column => $4, _order => $5)`

func (s *Service) bucketsList(c echo.Context, as *db.Caller) error {
	column := c.QueryParam("sortColumn")
	if column == "" {
		column = "name"
	}
	out, err := s.Pool.CallAs(c.Request().Context(), as, bucketsListSQL,
		number(c.QueryParam("limit")), number(c.QueryParam("offset")), c.QueryParam("search"), column, c.QueryParam("sortOrder"))
	return reply(c, out, err)
}

// number is a count in a query, or null.
func number(text string) *int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return nil
	}
	return &n
}

const bucketGetSQL = `select status, body from storage.bucket_get(_id => $1)`

func (s *Service) bucketGet(c echo.Context, as *db.Caller) error {
	out, err := s.Pool.CallAs(c.Request().Context(), as, bucketGetSQL, param(c, "bucket"))
	return reply(c, out, err)
}

const bucketUpdateSQL = `select status, body from storage.bucket_update(_id => $1, _changes => $2)`

func (s *Service) bucketUpdate(c echo.Context, as *db.Caller) error {
	changes := map[string]json.RawMessage{}
	if err := bind(c, &changes); err != nil {
		return err
	}
	if err := plainBucket("", changes["versioning_status"]); err != nil {
		return err
	}
	if raw, ok := changes["file_size_limit"]; ok {
		limit, err := sizeOf(raw)
		if err != nil {
			return err
		}
		changes["file_size_limit"], _ = json.Marshal(limit) //nolint:errchkjson // a number always encodes
	}
	out, err := s.Pool.CallAs(c.Request().Context(), as, bucketUpdateSQL, param(c, "bucket"), changes)
	return reply(c, out, err)
}

const bucketDeleteSQL = `select status, body from storage.bucket_delete(_id => $1)`

func (s *Service) bucketDelete(c echo.Context, as *db.Caller) error {
	out, err := s.Pool.CallAs(c.Request().Context(), as, bucketDeleteSQL, param(c, "bucket"))
	return reply(c, out, err)
}

const bucketEmptySQL = `select status, body from storage.bucket_empty(_id => $1)`

// bucketEmpty calls more than once: a batch is one transaction, so that a
// bucket of millions neither times out nor locks the world.
func (s *Service) bucketEmpty(c echo.Context, as *db.Caller) error {
	unhurried(c)
	for {
		out, err := s.Pool.CallAs(c.Request().Context(), as, bucketEmptySQL, param(c, "bucket"))
		done, err := acceptedAs[struct{ More bool }](out, err)
		if err != nil {
			return err
		}
		if !done.More {
			return c.JSON(http.StatusOK, map[string]string{"message": "Empty bucket has been queued. Completion may take up to an hour."})
		}
	}
}

var sizeText = regexp.MustCompile(`^(?i)(\d{1,12})(?:\.\d+)?\s*(B|KB|MB|GB|TB)$`)

// sizeOf is a size limit: a number of bytes, or text like 5MB, decimal.
func sizeOf(raw json.RawMessage) (*int64, error) {
	bad := refuse(http.StatusBadRequest, "InvalidRequest", "file_size_limit must be bytes, or like 20GB, 5MB, 1KB, 9B")
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil //nolint:nilnil // no limit
	}
	var n int64
	if json.Unmarshal(raw, &n) == nil {
		if n < 0 {
			return nil, bad
		}
		return &n, nil
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil, bad
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
		return &n, nil
	}
	m := sizeText.FindStringSubmatch(text)
	if m == nil {
		return nil, bad
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	for range strings.Index("BKMGT", strings.ToUpper(m[2])[:1]) {
		if n > 1<<53 {
			return nil, bad
		}
		n *= 1000
	}
	return &n, err
}
