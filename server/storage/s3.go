package storage

import (
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
	"howdah/server/token"
)

// The S3 endpoint: the same objects under the same policies, for tools that
// speak S3. A signature proves one of two key pairs; with the project's own,
// the session token says who calls, as a bearer token does elsewhere.

const (
	s3ServiceKey = "service_role"
	s3ProjectKey = "project"
	s3Namespace  = "http://s3.amazonaws.com/doc/2006-03-01/"
	s3Time       = "2006-01-02T15:04:05.000Z"
)

// S3AccessKeys are the access keys that the endpoint knows.
var S3AccessKeys = []string{s3ServiceKey, s3ProjectKey}

// S3Secret is the secret of an access key of the S3 endpoint: service_role,
// which passes all policies, or project, which is nobody without a session token.
func S3Secret(ring *token.Ring, accessKey string) string {
	return hex.EncodeToString(ring.MAC("s3 endpoint", []byte(accessKey)))
}

func (s *Service) mountS3(g *echo.Group) {
	if !s.Config.S3Protocol {
		return
	}
	g.Any("", s.s3)
	g.Any("/*", s.s3)
}

// s3Call is one request of the S3 endpoint.
type s3Call struct {
	echo.Context
	s      *Service
	as     *db.Caller
	bucket string
	key    string
	query  url.Values
}

// s3 checks the signature, finds the caller and calls the operation.
func (s *Service) s3(c echo.Context) error {
	r := c.Request()
	r.Body = s.patient(c, r.Body)
	bucket, key, ok := s3Path(param(c, "*"))
	call := &s3Call{Context: c, s: s, bucket: bucket, key: key, query: r.URL.Query()}
	signature, err := readSignature(r, time.Now())
	if err != nil {
		return err
	}
	if signature.accessKey != s3ServiceKey && signature.accessKey != s3ProjectKey {
		return refuse(http.StatusForbidden, "InvalidAccessKeyId", "The access key is not known")
	}
	if r.Body, err = signature.verify(r, S3Secret(s.Ring, signature.accessKey)); err != nil {
		return err
	}
	if call.as, err = s.s3Caller(r, signature); err != nil {
		return err
	}
	op, name := call.operation(ok)
	if op == nil {
		return refuse(http.StatusNotImplemented, "NotImplemented", "This operation is not implemented")
	}
	named(c, call.as, "s3."+name)
	return op()
}

func s3Path(path string) (bucket, key string, hasKey bool) {
	for i := range len(path) {
		if path[i] == '/' {
			return path[:i], path[i+1:], path[i+1:] != ""
		}
	}
	return path, "", false
}

// s3Caller is whom the keys and the session token stand for.
func (s *Service) s3Caller(r *http.Request, sig *signature) (*db.Caller, error) {
	as := &http.Request{Method: r.Method, URL: &url.URL{Path: r.URL.Path}, Header: r.Header.Clone()}
	as.Header.Del("Authorization")
	as.Header.Del("Apikey")
	if sig.accessKey == s3ServiceKey {
		caller, err := db.CallerOf(as, s.Ring, s3ServiceKey)
		return caller, err
	}
	if sig.sessionToken != "" {
		as.Header.Set("Authorization", "Bearer "+sig.sessionToken)
	}
	return db.CallerOf(as, s.Ring, s.AnonRole)
}

// operation is what method and query ask for, with the name that policies see.
func (c *s3Call) operation(hasKey bool) (func() error, string) {
	method := c.Request().Method
	has := c.query.Has
	switch {
	case c.bucket == "" && method == http.MethodGet:
		return c.listBuckets, "bucket.list"
	case c.bucket == "":
		return nil, ""
	case !hasKey:
		return c.bucketOperation(method)
	case has("uploadId"):
		return c.multipartOperation(method)
	}
	switch {
	case method == http.MethodPost && has("uploads"):
		return c.createMultipart, "object.create_multipart"
	case method == http.MethodPut && c.Request().Header.Get("X-Amz-Copy-Source") != "":
		return c.copyObject, "object.copy"
	case method == http.MethodPut:
		return c.putObject, "object.upload"
	case method == http.MethodGet, method == http.MethodHead:
		return c.getObject, "object.get"
	case method == http.MethodDelete:
		return c.deleteObject, "object.delete"
	default:
		return nil, ""
	}
}

func (c *s3Call) bucketOperation(method string) (func() error, string) {
	switch {
	case method == http.MethodGet && c.query.Has("location"):
		return c.bucketLocation, "bucket.get_location"
	case method == http.MethodGet && c.query.Has("uploads"):
		return c.listUploads, "object.list_multipart_uploads"
	case method == http.MethodGet && !c.query.Has("versions"):
		return c.listObjects, "object.list"
	case method == http.MethodPost && c.query.Has("delete"):
		return c.deleteObjects, "object.delete_many"
	case method == http.MethodHead:
		return c.headBucket, "bucket.get"
	case method == http.MethodPut && len(c.query) == 0:
		return c.createBucket, "bucket.create"
	case method == http.MethodDelete && len(c.query) == 0:
		return c.deleteBucket, "bucket.delete"
	default:
		return nil, ""
	}
}

func (c *s3Call) multipartOperation(method string) (func() error, string) {
	switch method {
	case http.MethodPut:
		return c.uploadPart, "object.upload_part"
	case http.MethodPost:
		return c.completeMultipart, "object.complete_multipart"
	case http.MethodDelete:
		return c.abortMultipart, "object.abort_multipart"
	case http.MethodGet:
		return c.listParts, "object.list_parts"
	default:
		return nil, ""
	}
}

// answer writes XML with the declaration that clients expect.
func (c *s3Call) answer(body any) error { return c.XML(http.StatusOK, body) }

// bindXML reads a small XML body, to its end: there it proves itself.
func (c *s3Call) bindXML(into any) error {
	text, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, 2<<20))
	var known *problem.Problem
	if errors.As(err, &known) {
		return err
	}
	if err != nil || xml.Unmarshal(text, into) != nil {
		return refuse(http.StatusBadRequest, "MalformedXML", "The XML is not as it should be")
	}
	return nil
}

func badRequest(code, message string) *problem.Problem {
	return refuse(http.StatusBadRequest, code, message)
}
