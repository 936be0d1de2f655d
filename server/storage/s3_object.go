package storage

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/problem"
)

const metaPrefix = "X-Amz-Meta-"

// incoming is the request's body, with what its headers say of it.
func (c *s3Call) incoming() (*incoming, error) {
	r := c.Request()
	in := &incoming{
		headers: headers{
			MimeType: r.Header.Get("Content-Type"), CacheControl: r.Header.Get("Cache-Control"), RobotsTag: r.Header.Get("X-Robots-Tag"),
			ContentEncoding: strings.Trim(strings.ReplaceAll(r.Header.Get("Content-Encoding"), "aws-chunked", ""), ", "),
		},
		r: r.Body,
	}
	if in.headers.MimeType == "" {
		in.headers.MimeType = "application/octet-stream"
	}
	if r.ContentLength >= 0 {
		in.length = &r.ContentLength
	}
	meta := map[string]string{}
	for name, values := range r.Header {
		if key, ok := strings.CutPrefix(name, metaPrefix); ok {
			meta[strings.ToLower(key)] = strings.ToValidUTF8(strings.Join(values, ","), "\uFFFD")
		}
	}
	if len(meta) > 0 {
		in.metadata, _ = json.Marshal(meta) //nolint:errchkjson // a map of strings always encodes
	}
	return in, in.finish()
}

func (c *s3Call) putObject() error {
	if err := c.s.pace(c.Context, c.as); err != nil {
		return err
	}
	in, err := c.incoming()
	if err != nil {
		return err
	}
	if in.length == nil {
		return refuse(http.StatusLengthRequired, "MissingContentLength", "Content-Length is missing")
	}
	fresh, err := c.onlyNew()
	if err != nil {
		return err
	}
	o, err := c.s.save(c.Request().Context(), c.as, c.bucket, c.key, !fresh, in)
	if err != nil {
		return onceThere(fresh, err)
	}
	c.Response().Header().Set("Etag", o.Metadata.ETag)
	return c.NoContent(http.StatusOK)
}

// onlyNew says whether a write is for a key that is not there. Other conditions
// are refused: to overlook one would overwrite what it protects.
func (c *s3Call) onlyNew() (bool, error) {
	h := c.Request().Header
	for _, name := range []string{
		"If-Match", "X-Amz-Copy-Source-If-Match", "X-Amz-Copy-Source-If-None-Match", "X-Amz-Copy-Source-If-Modified-Since",
		"X-Amz-Copy-Source-If-Unmodified-Since",
	} {
		if h.Get(name) != "" {
			return false, refuse(http.StatusNotImplemented, "NotImplemented", name+" is not implemented for writes")
		}
	}
	switch h.Get("If-None-Match") {
	case "":
		return false, nil
	case "*":
		return true, nil
	default:
		return false, refuse(http.StatusNotImplemented, "NotImplemented", "If-None-Match is * for writes")
	}
}

// unconditional refuses all conditions.
func (c *s3Call) unconditional() error {
	fresh, err := c.onlyNew()
	if fresh {
		return refuse(http.StatusNotImplemented, "NotImplemented", "If-None-Match is not implemented for multipart uploads")
	}
	return err
}

// onceThere words the refusal of a write that was for a new key.
func onceThere(fresh bool, err error) error {
	if status := problem.From(err).Status; fresh && status == http.StatusConflict {
		return refuse(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	}
	return err
}

func (c *s3Call) getObject() error {
	return c.s.read(c.Context, c.s.findAs(c.as, c.bucket, c.key, false), func(e echo.Context, o *found, again finder) error {
		var meta map[string]any
		if json.Unmarshal(o.UserMetadata, &meta) == nil {
			for name, value := range meta {
				if text, ok := value.(string); ok && printable.MatchString(text) && headerName.MatchString(name) {
					e.Response().Header().Set(metaPrefix+name, text)
				}
			}
		}
		return c.s.serve(e, o, again)
	})
}

func (c *s3Call) deleteObject() error {
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, objectsDeleteSQL, c.bucket, []string{c.key})
	if _, err := accepted(out, err); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// copySource is the object that x-amz-copy-source names.
func (c *s3Call) copySource() (bucket, key string, err error) {
	path, version, _ := strings.Cut(c.Request().Header.Get("X-Amz-Copy-Source"), "?")
	if version != "" && version != "versionId=null" {
		return "", "", refuse(http.StatusNotImplemented, "NotImplemented", "Objects have no versions")
	}
	path, err = url.PathUnescape(path)
	bucket, key, ok := s3Path(strings.TrimPrefix(path, "/"))
	if err != nil || !ok {
		return "", "", badRequest("InvalidArgument", "X-Amz-Copy-Source must be /bucket/key")
	}
	return bucket, key, nil
}

func (c *s3Call) copyObject() error {
	if err := c.s.pace(c.Context, c.as); err != nil {
		return err
	}
	unhurried(c)
	bucket, key, err := c.copySource()
	if err != nil {
		return err
	}
	in, err := c.incoming()
	if err != nil {
		return err
	}
	fresh, err := c.onlyNew()
	if err != nil {
		return err
	}
	keep := c.Request().Header.Get("X-Amz-Metadata-Directive") != "REPLACE"
	headers, err := json.Marshal(in.headers)
	if err != nil {
		return err
	}
	to := &transferOf{Bucket: bucket, From: key, ToBucket: c.bucket, To: c.key, Copy: &keep, Metadata: headers}
	out, err := c.s.copyObject(c.Request().Context(), c.as, to, !fresh, in.metadata)
	o, err := acceptedAs[object](out, err)
	if err != nil {
		return onceThere(fresh, err)
	}
	return c.answer(copied("CopyObjectResult", o.Metadata.ETag, o.UpdatedAt))
}

type copyResult struct {
	XMLName      xml.Name
	Xmlns        string `xml:"xmlns,attr"`
	ETag         string
	LastModified string
}

func copied(name, etag string, at time.Time) copyResult {
	return copyResult{XMLName: xml.Name{Local: name}, Xmlns: s3Namespace, ETag: etag, LastModified: at.UTC().Format(s3Time)}
}
