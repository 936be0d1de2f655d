package storage

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"howdah/server/db"
)

func (c *s3Call) createMultipart() error {
	if err := c.s.pace(c.Context, c.as); err != nil {
		return err
	}
	in, err := c.incoming()
	if err != nil {
		return err
	}
	in.length = nil // that of the parts to come
	if err := c.unconditional(); err != nil {
		return err
	}
	p, err := c.s.begin(c.Request().Context(), c.as, c.bucket, c.key, "s3", true, in)
	if err != nil {
		return err
	}
	return c.answer(struct {
		XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
		Xmlns    string   `xml:"xmlns,attr"`
		Bucket   string
		Key      string
		UploadID string `xml:"UploadId"`
	}{Xmlns: s3Namespace, Bucket: c.bucket, Key: c.key, UploadID: p.Upload.String()})
}

func partTag(version uuid.UUID) string {
	return `"` + strings.ReplaceAll(version.String(), "-", "") + `"`
}

// take asks whether the caller may go on with the upload, under the id of what comes.
func (c *s3Call) take(part uuid.UUID) (id uuid.UUID, up taken, err error) {
	if id, err = uuid.Parse(c.query.Get("uploadId")); err != nil {
		return id, up, errNoUpload
	}
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, uploadResumeSQL, id, c.bucket, c.key, true, part, nil, nil)
	up, err = acceptedAs[taken](out, err)
	return id, up, err
}

// uploadPart stores a part, of the request's body or of another object.
func (c *s3Call) uploadPart() error {
	ctx := c.Request().Context()
	number := number(c.query.Get("partNumber"))
	if number == nil || *number < 1 || *number > maxParts {
		return badRequest("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
	}
	part := uuid.New()
	id, up, err := c.take(part)
	if err != nil {
		return err
	}
	source, size := io.Reader(c.Request().Body), c.Request().ContentLength
	copies := c.Request().Header.Get("X-Amz-Copy-Source") != ""
	if copies {
		blob, length, err := c.copyRange(ctx)
		if err != nil {
			return err
		}
		defer blob.Close()
		source, size = io.LimitReader(blob, length), length
	}
	n, err := c.s.Backend.Put(ctx, part, &capped{source, up.Limit}, size)
	if err == nil && size >= 0 && n != size {
		err = badRequest("IncompleteBody", fmt.Sprintf("got %d of %d bytes", n, size))
	}
	if err == nil {
		err = fault("part stored")
	}
	if err == nil {
		var out db.Outcome
		out, err = db.Call(ctx, c.s.Pool, partAddSQL, id, part, n, number)
		_, err = accepted(out, err)
	}
	if err != nil {
		c.s.dropBytes(context.WithoutCancel(ctx), part)
		return stored(err)
	}
	if err := fault("part noted"); err != nil {
		return err
	}
	c.Response().Header().Set("Etag", partTag(part))
	if copies {
		return c.answer(copied("CopyPartResult", partTag(part), up.ExpiresAt))
	}
	return c.NoContent(http.StatusOK)
}

// copyRange opens the source of a copied part, at its first byte.
func (c *s3Call) copyRange(ctx context.Context) (Blob, int64, error) {
	bucket, key, err := c.copySource()
	if err != nil {
		return nil, 0, err
	}
	find := c.s.findAs(c.as, bucket, key, false)
	o, err := find(ctx)
	c.as.ReadOnly = false
	if err != nil {
		return nil, 0, err
	}
	blob, err := c.s.open(ctx, &o, find)
	if err != nil {
		return nil, 0, err
	}
	first, last := int64(0), blob.Size()-1
	if text := c.Request().Header.Get("X-Amz-Copy-Source-Range"); text != "" {
		if _, err := fmt.Sscanf(text, "bytes=%d-%d", &first, &last); err != nil || first < 0 || last < first || last >= blob.Size() {
			return nil, 0, errors.Join(badRequest("InvalidArgument", "X-Amz-Copy-Source-Range must lie within the source"), blob.Close())
		}
	}
	if _, err := blob.Seek(first, io.SeekStart); err != nil {
		return nil, 0, errors.Join(err, blob.Close())
	}
	return blob, last - first + 1, nil
}

// upload is the upload that the query names.
func (c *s3Call) upload(ctx context.Context) (uuid.UUID, received, error) {
	id, err := uuid.Parse(c.query.Get("uploadId"))
	if err != nil {
		return id, received{}, errNoUpload
	}
	out, err := db.Call(ctx, c.s.Pool, uploadGetSQL, id)
	u, err := acceptedAs[received](out, err)
	if err == nil && (u.Kind != "s3" || u.State != "pending" || u.Bucket != c.bucket || u.Name != c.key) {
		err = errNoUpload
	}
	return id, u, err
}

// completeMultipart joins the parts that the client names and commits.
func (c *s3Call) completeMultipart() error {
	var in struct {
		Parts []struct {
			Number int    `xml:"PartNumber"`
			ETag   string `xml:"ETag"`
		} `xml:"Part"`
	}
	if err := errors.Join(c.unconditional(), c.bindXML(&in)); err != nil {
		return err
	}
	ctx := context.WithoutCancel(c.Request().Context())
	if _, _, err := c.take(uuid.New()); err != nil { // may this caller?
		return err
	}
	id, u, err := c.upload(ctx)
	if err != nil {
		return err
	}
	there := map[int]part{}
	for _, p := range u.Parts {
		there[p.Number] = p
	}
	var chosen []part
	var size int64
	for i, p := range in.Parts {
		known, ok := there[p.Number]
		switch {
		case !ok || strings.Trim(partTag(known.Version), `"`) != strings.Trim(p.ETag, `"`):
			return badRequest("InvalidPart", "A part is not there, or is another by now")
		case i > 0 && in.Parts[i-1].Number >= p.Number:
			return badRequest("InvalidPartOrder", "The parts are not in order")
		}
		chosen, size = append(chosen, known), size+known.Size
	}
	if len(chosen) == 0 {
		return badRequest("MalformedXML", "No part is named")
	}
	version, err := c.s.joined(ctx, id, chosen)
	if err != nil {
		return stored(err)
	}
	o, err := c.s.commit(ctx, &writer{c.as, c.bucket, c.key, true, u.Headers, u.Metadata}, id, size, version)
	if isNo(err) {
		c.s.discard(ctx, id)
	}
	if err != nil {
		return err
	}
	return c.answer(struct {
		XMLName  xml.Name `xml:"CompleteMultipartUploadResult"`
		Xmlns    string   `xml:"xmlns,attr"`
		Location string
		Bucket   string
		Key      string
		ETag     string
	}{Xmlns: s3Namespace, Location: c.Request().URL.Path, Bucket: c.bucket, Key: c.key, ETag: o.Metadata.ETag})
}

func (c *s3Call) abortMultipart() error {
	id, err := uuid.Parse(c.query.Get("uploadId"))
	if err != nil {
		return errNoUpload
	}
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, uploadAbortSQL, id, c.bucket, c.key, true)
	if _, err := accepted(out, err); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (c *s3Call) listParts() error {
	if _, _, err := c.take(uuid.New()); err != nil {
		return err
	}
	_, u, err := c.upload(c.Request().Context())
	if err != nil {
		return err
	}
	type s3Part struct {
		PartNumber   int
		LastModified string
		ETag         string
		Size         int64
	}
	body := struct {
		XMLName     xml.Name `xml:"ListPartsResult"`
		Xmlns       string   `xml:"xmlns,attr"`
		Bucket      string
		Key         string
		UploadID    string `xml:"UploadId"`
		Marker      int    `xml:"PartNumberMarker"`
		NextMarker  int    `xml:"NextPartNumberMarker"`
		MaxParts    int
		IsTruncated bool
		Parts       []s3Part `xml:"Part"`
	}{Xmlns: s3Namespace, Bucket: c.bucket, Key: c.key, UploadID: c.query.Get("uploadId"), MaxParts: maxKeys}
	if n := number(c.query.Get("max-parts")); n != nil {
		body.MaxParts = min(*n, maxKeys)
	}
	body.Marker, _ = strconv.Atoi(c.query.Get("part-number-marker"))
	for _, p := range u.Parts {
		if p.Number <= body.Marker {
			continue
		}
		if body.IsTruncated = len(body.Parts) == body.MaxParts; body.IsTruncated {
			break
		}
		body.NextMarker = p.Number
		body.Parts = append(body.Parts, s3Part{p.Number, p.At.UTC().Format(s3Time), partTag(p.Version), p.Size})
	}
	return c.answer(body)
}
