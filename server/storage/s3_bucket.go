package storage

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

func (c *s3Call) listBuckets() error {
	type bucket struct {
		Name    string `json:"name" xml:"Name"`
		Created string `json:"created_at" xml:"CreationDate"`
	}
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, bucketsListSQL, nil, nil, "", "name", "asc")
	all, err := acceptedAs[[]bucket](out, err)
	if err != nil {
		return err
	}
	return c.answer(struct {
		XMLName xml.Name `xml:"ListAllMyBucketsResult"`
		Xmlns   string   `xml:"xmlns,attr"`
		Buckets []bucket `xml:"Buckets>Bucket"`
	}{Xmlns: s3Namespace, Buckets: all})
}

func (c *s3Call) headBucket() error {
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, bucketGetSQL, c.bucket)
	if _, err := accepted(out, err); err != nil {
		return err
	}
	return c.NoContent(http.StatusOK)
}

func (c *s3Call) bucketLocation() error {
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, bucketGetSQL, c.bucket)
	if _, err := accepted(out, err); err != nil {
		return err
	}
	return c.answer(struct {
		XMLName xml.Name `xml:"LocationConstraint"`
		Xmlns   string   `xml:"xmlns,attr"`
	}{Xmlns: s3Namespace})
}

func (c *s3Call) createBucket() error {
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, bucketCreateSQL, c.bucket, false, nil, nil)
	if _, err := accepted(out, err); err != nil {
		return err
	}
	c.Response().Header().Set("Location", "/"+c.bucket)
	return c.NoContent(http.StatusOK)
}

func (c *s3Call) deleteBucket() error {
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, bucketDeleteSQL, c.bucket)
	if _, err := accepted(out, err); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

const entriesSQL = `select key, id, size, metadata, updated_at` +
	` from storage.entries(_bucket_id => $1, _prefix => $2, _folders => $3, _after => nullif($4, ''), _limit => $5)`

type entry struct {
	Key       string          `db:"key"`
	ID        *uuid.UUID      `db:"id"` // none for a folder
	Size      *int64          `db:"size"`
	Metadata  json.RawMessage `db:"metadata"`
	UpdatedAt *time.Time      `db:"updated_at"`
}

type s3Object struct {
	Key          string
	LastModified string
	ETag         string
	Size         int64
	StorageClass string
}

type s3Prefix struct{ Prefix string }

type s3List struct {
	XMLName     xml.Name `xml:"ListBucketResult"`
	Xmlns       string   `xml:"xmlns,attr"`
	Name        string
	Prefix      string
	Delimiter   string `xml:",omitempty"`
	MaxKeys     int
	Encoding    string `xml:"EncodingType,omitempty"`
	IsTruncated bool
	KeyCount    *int       `xml:",omitempty"` // version 2
	Token       string     `xml:"ContinuationToken,omitempty"`
	NextToken   string     `xml:"NextContinuationToken,omitempty"`
	StartAfter  string     `xml:",omitempty"`
	Marker      *string    `xml:",omitempty"` // version 1
	NextMarker  string     `xml:",omitempty"`
	Contents    []s3Object `xml:",omitempty"`
	Prefixes    []s3Prefix `xml:"CommonPrefixes,omitempty"`
}

const maxKeys = 1000

// listObjects answers both versions of the listing.
func (c *s3Call) listObjects() error {
	q := c.query
	list := &s3List{Xmlns: s3Namespace, Name: c.bucket, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"), MaxKeys: maxKeys, Encoding: q.Get("encoding-type")}
	if list.Delimiter != "" && list.Delimiter != "/" {
		return refuse(http.StatusNotImplemented, "NotImplemented", "The delimiter must be /")
	}
	if n := number(q.Get("max-keys")); n != nil {
		list.MaxKeys = min(*n, maxKeys)
	}
	v2 := q.Get("list-type") == "2"
	after := q.Get("marker")
	if v2 {
		after, list.Token, list.StartAfter = q.Get("start-after"), q.Get("continuation-token"), q.Get("start-after")
		if list.Token != "" {
			token, err := base64.RawURLEncoding.DecodeString(list.Token)
			if err != nil {
				return badRequest("InvalidArgument", "The continuation token is not one of this server's")
			}
			after = string(token)
		}
	}
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, bucketGetSQL, c.bucket)
	if _, err := accepted(out, err); err != nil && c.as.Role == s3ServiceKey { // others may list without seeing the bucket's row
		return err
	}
	found, err := c.entries(list, after)
	if err != nil {
		return err
	}
	list.fill(found, v2, after)
	return c.answer(list)
}

func (c *s3Call) entries(list *s3List, after string) (found []entry, err error) {
	c.as.ReadOnly = true
	err = c.s.Pool.QueryAs(c.Request().Context(), c.as, func(rows pgx.Rows) error {
		found, err = pgx.CollectRows(rows, pgx.RowToStructByName[entry])
		return err
	}, entriesSQL, c.bucket, list.Prefix, list.Delimiter != "", after, list.MaxKeys+1)
	return found, err
}

// keyEncoder writes keys as encoding-type asks.
func keyEncoder(encoding string) func(string) string {
	return func(key string) string {
		if encoding == "url" {
			return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
		}
		return key
	}
}

func (l *s3List) fill(rows []entry, v2 bool, after string) {
	encode := keyEncoder(l.Encoding)
	if l.IsTruncated = len(rows) > l.MaxKeys && l.MaxKeys > 0; l.IsTruncated {
		rows = rows[:l.MaxKeys]
		last := rows[len(rows)-1].Key
		if v2 {
			l.NextToken = base64.RawURLEncoding.EncodeToString([]byte(last))
		} else {
			l.NextMarker = encode(last)
		}
	}
	rows = rows[:min(len(rows), l.MaxKeys)]
	if v2 {
		count := len(rows)
		l.KeyCount = &count
	} else {
		l.Marker = &after
	}
	for _, e := range rows {
		if e.ID == nil {
			l.Prefixes = append(l.Prefixes, s3Prefix{encode(e.Key)})
			continue
		}
		a := (&found{Metadata: e.Metadata}).about()
		l.Contents = append(l.Contents, s3Object{
			Key: encode(e.Key), LastModified: e.UpdatedAt.UTC().Format(s3Time), ETag: a.ETag, Size: *e.Size, StorageClass: "STANDARD",
		})
	}
	l.Prefix = encode(l.Prefix)
}

func (c *s3Call) deleteObjects() error {
	var in struct {
		Quiet   bool
		Objects []struct{ Key string } `xml:"Object"`
	}
	if err := c.bindXML(&in); err != nil {
		return err
	}
	if len(in.Objects) == 0 || len(in.Objects) > maxNames {
		return badRequest("MalformedXML", "A request deletes 1 to 1000 objects")
	}
	names := make([]string, len(in.Objects))
	for i, o := range in.Objects {
		names[i] = o.Key
	}
	out, err := c.s.Pool.CallAs(c.Request().Context(), c.as, objectsDeleteSQL, c.bucket, names)
	if _, err := accepted(out, err); err != nil {
		return err
	}
	type deleted struct{ Key string }
	body := struct {
		XMLName xml.Name  `xml:"DeleteResult"`
		Xmlns   string    `xml:"xmlns,attr"`
		Deleted []deleted `xml:",omitempty"`
	}{Xmlns: s3Namespace}
	for _, name := range names { // what was not there is deleted, too: S3 says so
		if !in.Quiet {
			body.Deleted = append(body.Deleted, deleted{name})
		}
	}
	return c.answer(body)
}
