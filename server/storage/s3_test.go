package storage

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"howdah/server/problem"
)

// tool is an S3 client of the endpoint, behind a proxy that puts the prefix before its paths.
func (a *api) tool(accessKey, secret, session string) *minio.Core {
	a.t.Helper()
	inner := serving(a.s)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = Prefix + "/s3" + r.URL.Path
		if r.URL.RawPath != "" {
			r.URL.RawPath = Prefix + "/s3" + r.URL.RawPath
		}
		inner.ServeHTTP(w, r)
	}))
	a.t.Cleanup(proxy.Close)
	u, err := url.Parse(proxy.URL)
	if err != nil {
		a.t.Fatal(err)
	}
	c, err := minio.NewCore(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(accessKey, secret, session), Region: "us-east-1", BucketLookup: minio.BucketLookupPath, MaxRetries: 1,
		TrailingHeaders: true,
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return minio.ToErrorResponse(err).Code
}

func TestS3Endpoint(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	ctx := t.Context()
	c := a.tool(s3ServiceKey, S3Secret(a.ring, s3ServiceKey), "")
	if err := c.MakeBucket(ctx, "made", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	if there, err := c.BucketExists(ctx, "made"); !there || err != nil {
		t.Errorf("BucketExists: %v, %v", there, err)
	}
	all, err := c.ListBuckets(ctx)
	if err != nil || len(all) != 3 {
		t.Errorf("ListBuckets: %v, %v", all, err)
	}
	text := random(100_000)
	for name, opts := range map[string]minio.PutObjectOptions{
		"plain": {}, "a b+c/é'()": {}, "dir/signed chunks": {DisableContentSha256: false}, "dir/unsigned": {DisableContentSha256: true},
		"sum": {Checksum: minio.ChecksumSHA256}, "crc": {Checksum: minio.ChecksumCRC32C},
	} {
		opts.ContentType, opts.UserMetadata = "application/x-test", map[string]string{"By": "tool"}
		_, err := c.Client.PutObject(ctx, "made", name, bytes.NewReader(text), int64(len(text)), opts)
		if strings.Contains(name, "é") {
			if codeOf(err) != "InvalidKey" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		o, err := c.Client.GetObject(ctx, "made", name, minio.GetObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(o)
		info, _ := o.Stat()
		if err != nil || !bytes.Equal(got, text) || info.ContentType != "application/x-test" || info.UserMetadata["By"] != "tool" {
			t.Errorf("%s: %d bytes, %+v, %v", name, len(got), info, err)
		}
	}
	var names []string
	for o := range c.Client.ListObjects(ctx, "made", minio.ListObjectsOptions{MaxKeys: 1}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		names = append(names, o.Key)
	}
	if !slices.Equal(names, []string{"crc", "dir/", "plain", "sum"}) {
		t.Errorf("a level: %v", names)
	}
	names = nil
	for o := range c.Client.ListObjects(ctx, "made", minio.ListObjectsOptions{Recursive: true, Prefix: "dir/", UseV1: true}) {
		names = append(names, o.Key)
	}
	if !slices.Equal(names, []string{"dir/signed chunks", "dir/unsigned"}) {
		t.Errorf("a folder: %v", names)
	}
	if _, err := c.Client.CopyObject(ctx, minio.CopyDestOptions{Bucket: "other", Object: "copy"}, minio.CopySrcOptions{Bucket: "made", Object: "plain"}); err != nil {
		t.Errorf("copy: %v", err)
	}
	a.multipart(c, text)
	a.conditions(c)
	link, err := c.PresignedGetObject(ctx, "other", "copy", time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := a.call("GET", link.String(), "", nil); r.body != string(text) {
		t.Errorf("a presigned URL: %d", r.status)
	}
	if r := a.call("GET", strings.Replace(link.String(), "copy", "many", 1), "", nil); r.status != http.StatusForbidden {
		t.Errorf("a presigned URL for another path: %d", r.status)
	}
	queue := make(chan minio.ObjectInfo, 8)
	for _, name := range []string{"plain", "dir/unsigned", "nope"} {
		queue <- minio.ObjectInfo{Key: name}
	}
	close(queue)
	for failed := range c.RemoveObjects(ctx, "made", queue, minio.RemoveObjectsOptions{}) {
		t.Errorf("delete %s: %v", failed.ObjectName, failed.Err)
	}
	if _, err := c.StatObject(ctx, "made", "plain", minio.StatObjectOptions{}); minio.ToErrorResponse(err).StatusCode != http.StatusNotFound {
		t.Errorf("what was deleted: %v", err)
	}
	if err := c.RemoveBucket(ctx, "made"); minio.ToErrorResponse(err).StatusCode != http.StatusConflict {
		t.Errorf("a bucket with objects: %v", err)
	}
	a.whole()
}

func (a *api) multipart(c *minio.Core, text []byte) {
	t, ctx := a.t, a.t.Context()
	t.Helper()
	id, err := c.NewMultipartUpload(ctx, "other", "many", minio.PutObjectOptions{ContentType: "text/x-many"})
	if err != nil {
		t.Fatal(err)
	}
	var parts []minio.CompletePart
	for n := range 3 {
		p, err := c.PutObjectPart(ctx, "other", "many", id, n+1, bytes.NewReader(text), int64(len(text)), minio.PutObjectPartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, minio.CompletePart{PartNumber: n + 1, ETag: p.ETag})
	}
	p, err := c.CopyObjectPart(ctx, "other", "copy", "other", "many", id, 4, 10, 20, nil)
	if err != nil {
		t.Fatal(err)
	}
	parts = append(parts, p)
	if list, err := c.ListObjectParts(ctx, "other", "many", id, 0, 3); err != nil || len(list.ObjectParts) != 3 || !list.IsTruncated {
		t.Errorf("ListObjectParts: %+v, %v", list, err)
	}
	bad := slices.Clone(parts)
	bad[0].ETag = bad[1].ETag
	if _, err := c.CompleteMultipartUpload(ctx, "other", "many", id, bad, minio.PutObjectOptions{}); codeOf(err) != "InvalidPart" {
		t.Errorf("a part that is another: %v", err)
	}
	if _, err := c.CompleteMultipartUpload(ctx, "other", "many", id, parts, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	want := append(bytes.Repeat(text, 3), text[10:30]...)
	if got := a.call("GET", "/object/authenticated/other/many", a.service, nil); got.body != string(want) || got.header.Get("Content-Type") != "text/x-many" {
		t.Errorf("joined: %d, %d bytes of %d", got.status, len(got.body), len(want))
	}
	gone, err := c.NewMultipartUpload(ctx, "other", "gone", minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	under, err := c.ListIncompleteUploads(ctx, "other", "go", true), error(nil)
	for u := range under {
		if err = u.Err; u.Key != "gone" || u.UploadID != gone {
			t.Errorf("an upload under way: %+v, %v", u, err)
		}
	}
	if list, err := c.ListMultipartUploads(ctx, "other", "", "", "", "", 1); err != nil || len(list.Uploads) != 1 || list.IsTruncated {
		t.Errorf("ListMultipartUploads: %+v, %v", list, err)
	}
	if _, err := c.PutObjectPart(ctx, "other", "gone", gone, 1, bytes.NewReader(text), int64(len(text)), minio.PutObjectPartOptions{}); err != nil {
		t.Error(err)
	}
	if err := c.AbortMultipartUpload(ctx, "other", "gone", gone); err != nil {
		t.Error(err)
	}
}

// Conditions of reads and writes, and what a write announces of its body.
func (a *api) conditions(c *minio.Core) {
	t, ctx := a.t, a.t.Context()
	t.Helper()
	put := func(key, text string, headers ...string) error {
		opts := minio.PutObjectOptions{}
		for i := 0; i+1 < len(headers); i += 2 {
			if headers[i] == "If-None-Match" {
				opts.SetMatchETagExcept(headers[i+1])
			} else {
				opts.SetMatchETag(headers[i+1])
			}
		}
		_, err := c.Client.PutObject(ctx, "other", key, strings.NewReader(text), int64(len(text)), opts)
		return err
	}
	if err := put("once", "one", "If-None-Match", "*"); err != nil {
		t.Errorf("a new key: %v", err)
	}
	if err := put("once", "two", "If-None-Match", "*"); codeOf(err) != "PreconditionFailed" {
		t.Errorf("a key that is there: %v", err)
	}
	if err := put("once", "two", "If-Match", "x"); codeOf(err) != "NotImplemented" {
		t.Errorf("a condition that is not known: %v", err)
	}
	info, err := c.StatObject(ctx, "other", "once", minio.StatObjectOptions{})
	if err != nil || info.Size != 3 {
		t.Fatalf("%+v, %v", info, err)
	}
	same, other, part := minio.GetObjectOptions{}, minio.GetObjectOptions{}, minio.GetObjectOptions{}
	_, _, _ = same.SetMatchETagExcept(info.ETag), other.SetMatchETag("nonsense"), part.SetRange(1, 2)
	if _, _, _, err := c.GetObject(ctx, "other", "once", same); minio.ToErrorResponse(err).StatusCode != http.StatusNotModified {
		t.Errorf("what one has: %v", err)
	}
	if _, _, _, err := c.GetObject(ctx, "other", "once", other); minio.ToErrorResponse(err).StatusCode != http.StatusPreconditionFailed {
		t.Errorf("what one has not: %v", err)
	}
	body, _, _, err := c.GetObject(ctx, "other", "once", part)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); string(got) != "ne" || err != nil {
		t.Errorf("a range: %q, %v", got, err)
	}
	if _, err := c.PutObject(ctx, "other", "sum", strings.NewReader("text"), 4, "1B2M2Y8AsgTpgAmY7PhCfg==", "", minio.PutObjectOptions{}); codeOf(err) != "BadDigest" {
		t.Errorf("another Content-MD5: %v", err)
	}
	if err := put("why?", "asked"); err != nil {
		t.Error(err)
	}
	from := minio.CopySrcOptions{Bucket: "other", Object: "why?"}
	if _, err := c.Client.CopyObject(ctx, minio.CopyDestOptions{Bucket: "other", Object: "because"}, from); err != nil {
		t.Errorf("a copy of a name with a question mark: %v", err)
	}
}

// A session token is the user's own: policies hold as everywhere.
func TestS3EndpointObeysPolicies(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	ctx := t.Context()
	secret := S3Secret(a.ring, s3ProjectKey)
	user, bearer := a.user()
	_, other := a.user()
	put := func(c *minio.Core, name string) string {
		_, err := c.Client.PutObject(ctx, "other", name, strings.NewReader("x"), 1, minio.PutObjectOptions{})
		return codeOf(err)
	}
	owner := a.tool(s3ProjectKey, secret, bearer)
	if code := put(owner, user+"/f"); code != "" {
		t.Errorf("the owner: %s", code)
	}
	if code := put(owner, "elsewhere/f"); code != "AccessDenied" {
		t.Errorf("the owner elsewhere: %q", code)
	}
	for name, c := range map[string]*minio.Core{"a stranger": a.tool(s3ProjectKey, secret, other), "nobody": a.tool(s3ProjectKey, secret, "")} {
		if code := put(c, user+"/f"); code != "AccessDenied" {
			t.Errorf("%s writes: %q", name, code)
		}
		if _, err := c.StatObject(ctx, "other", user+"/f", minio.StatObjectOptions{}); minio.ToErrorResponse(err).StatusCode != http.StatusNotFound {
			t.Errorf("%s reads: %v", name, err)
		}
		for o := range c.Client.ListObjects(ctx, "other", minio.ListObjectsOptions{Recursive: true}) {
			t.Errorf("%s lists: %+v", name, o)
		}
		if _, err := c.NewMultipartUpload(ctx, "other", user+"/m", minio.PutObjectOptions{}); codeOf(err) != "AccessDenied" {
			t.Errorf("%s begins an upload: %v", name, err)
		}
	}
	if code := put(a.tool(s3ProjectKey, "wrong", bearer), user+"/g"); code != "SignatureDoesNotMatch" {
		t.Errorf("a wrong secret: %q", code)
	}
	if code := put(a.tool("who", secret, bearer), user+"/g"); code != "InvalidAccessKeyId" {
		t.Errorf("an unknown key: %q", code)
	}
	if code := put(a.tool(s3ProjectKey, secret, "forged.token.x"), user+"/g"); code != "AccessDenied" {
		t.Errorf("a forged token: %q", code)
	}
	if r := a.call("GET", "/s3/other/"+user+"/f", a.service, nil); r.status != http.StatusForbidden {
		t.Errorf("an unsigned request: %d", r.status)
	}
	a.whole()
}

// A signed body that is altered on its way is refused, and nothing of it stays.
func TestS3BodiesProveThemselves(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	altered := &tamper{http.DefaultTransport}
	inner := serving(a.s)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = Prefix + "/s3" + r.URL.Path
		inner.ServeHTTP(w, r)
	}))
	defer server.Close()
	for _, opts := range []minio.PutObjectOptions{{}, {Checksum: minio.ChecksumCRC32C}} {
		for _, trailers := range []bool{false, true} {
			if opts.Checksum.IsSet() && !trailers {
				continue
			}
			c, err := minio.New(strings.TrimPrefix(server.URL, "http://"), &minio.Options{
				Creds: credentials.NewStaticV4(s3ServiceKey, S3Secret(a.ring, s3ServiceKey), ""), Region: "us-east-1", BucketLookup: minio.BucketLookupPath,
				MaxRetries: 1, Transport: altered, TrailingHeaders: trailers,
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.PutObject(t.Context(), "other", "x", strings.NewReader(strings.Repeat("good ", 5000)), 25000, opts)
			if err == nil {
				t.Errorf("an altered body was stored (trailers %v)", trailers)
			}
		}
	}
	a.call("POST", "/object/other/evil", a.service, strings.NewReader("stays"))
	c, err := minio.New(strings.TrimPrefix(server.URL, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(s3ServiceKey, S3Secret(a.ring, s3ServiceKey), ""), Region: "us-east-1", BucketLookup: minio.BucketLookupPath,
		MaxRetries: 1, Transport: altered,
	})
	if err != nil {
		t.Fatal(err)
	}
	names := make(chan minio.ObjectInfo, 1)
	names <- minio.ObjectInfo{Key: "good"}
	close(names)
	refused := false
	for failed := range c.RemoveObjects(t.Context(), "other", names, minio.RemoveObjectsOptions{}) {
		refused = refused || failed.Err != nil
	}
	if r := a.call("GET", "/object/authenticated/other/evil", a.service, nil); !refused || r.body != "stays" {
		t.Errorf("an altered list of what to delete: refused %v, then %d", refused, r.status)
	}
	a.whole()
	if n := a.count(`select count(*) from storage.objects`); n != 1 {
		t.Errorf("%d objects", n)
	}
}

// What a trailer was to say must come, and be signed where chunks are.
func TestS3TrailersAreComplete(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(nil)
	right := base64.StdEncoding.EncodeToString(sum[:])
	for _, test := range []struct {
		name, payload, trailer, code string
	}{
		{"an unsigned trailer", streamUnsignedTrailer, "x-amz-checksum-sha256:" + right + "\r\n\r\n", ""},
		{"without its last line", streamUnsignedTrailer, "x-amz-checksum-sha256:" + right + "\r\n", ""},
		{"with another sum", streamUnsignedTrailer, "x-amz-checksum-sha256:" + right[1:] + "\r\n\r\n", "BadDigest"},
		{"that did not come", streamUnsignedTrailer, "\r\n", "BadDigest"},
		{"that did not come at all", streamUnsignedTrailer, "", "BadDigest"},
		{"that says something else", streamUnsignedTrailer, "x-amz-checksum-crc32:AAAA\r\n\r\n", "BadDigest"},
		{"that should be signed", streamSignedTrailer, "x-amz-checksum-sha256:" + right + "\r\n\r\n", "SignatureDoesNotMatch"},
		{"with a wrong signature", streamSignedTrailer, "x-amz-checksum-sha256:" + right + "\n\r\nx-amz-trailer-signature:00\r\n\r\n", "SignatureDoesNotMatch"},
	} {
		sig := &signature{payload: test.payload}
		c := &chunked{r: bufio.NewReader(strings.NewReader(test.trailer)), check: trailerSum("X-Amz-Checksum-Sha256")}
		if test.payload == streamSignedTrailer {
			c.sig = sig
		}
		err := c.trailers()
		var p *problem.Problem
		if (err == nil) != (test.code == "") || err != nil && (!errors.As(err, &p) || p.Code != test.code) {
			t.Errorf("%s: %v, want %s", test.name, err, test.code)
		}
	}
}

// tamper alters the first good of a body.
type tamper struct{ http.RoundTripper }

func (t *tamper) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && (r.Method == http.MethodPut || r.Method == http.MethodPost) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(bytes.Replace(body, []byte("good"), []byte("evil"), 1)))
	}
	return t.RoundTripper.RoundTrip(r)
}
