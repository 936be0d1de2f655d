package storage

import (
	"encoding/xml"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const uploadsListSQL = `select id, name, owner_id, created_at from storage.uploads_list(_bucket_id => $1, _prefix => $2, _after_name => nullif($3, ''),` +
	` _after_id => nullif($4, '')::uuid, _limit => $5)`

// listUploads answers the multipart uploads that the caller has begun.
func (c *s3Call) listUploads() error {
	type upload struct {
		Key          string
		UploadID     string `xml:"UploadId"`
		Initiated    string
		StorageClass string
	}
	body := struct {
		XMLName      xml.Name `xml:"ListMultipartUploadsResult"`
		Xmlns        string   `xml:"xmlns,attr"`
		Bucket       string
		KeyMarker    string
		IDMarker     string `xml:"UploadIdMarker"`
		NextKey      string `xml:"NextKeyMarker,omitempty"`
		NextID       string `xml:"NextUploadIdMarker,omitempty"`
		Prefix       string
		MaxUploads   int
		IsTruncated  bool
		EncodingType string   `xml:",omitempty"`
		Uploads      []upload `xml:"Upload"`
	}{
		Xmlns: s3Namespace, Bucket: c.bucket, KeyMarker: c.query.Get("key-marker"), IDMarker: c.query.Get("upload-id-marker"),
		Prefix: c.query.Get("prefix"), MaxUploads: maxKeys, EncodingType: c.query.Get("encoding-type"),
	}
	if n := number(c.query.Get("max-uploads")); n != nil {
		body.MaxUploads = min(*n, maxKeys)
	}
	if _, err := uuid.Parse(body.IDMarker); body.IDMarker != "" && err != nil {
		return badRequest("InvalidArgument", "The upload-id-marker is no upload id")
	}
	encode := keyEncoder(body.EncodingType)
	c.as.ReadOnly = true
	err := c.s.Pool.QueryAs(c.Request().Context(), c.as, func(rows pgx.Rows) error {
		all, err := pgx.CollectRows(rows, pgx.RowToStructByName[struct {
			ID        uuid.UUID `db:"id"`
			Name      string    `db:"name"`
			Owner     *string   `db:"owner_id"`
			CreatedAt time.Time `db:"created_at"`
		}])
		if body.IsTruncated = len(all) > body.MaxUploads && body.MaxUploads > 0; body.IsTruncated {
			last := all[body.MaxUploads-1]
			body.NextKey, body.NextID = encode(last.Name), last.ID.String()
		}
		for _, u := range all[:min(len(all), body.MaxUploads)] {
			body.Uploads = append(body.Uploads, upload{encode(u.Name), u.ID.String(), u.CreatedAt.UTC().Format(s3Time), "STANDARD"})
		}
		return err
	}, uploadsListSQL, c.bucket, body.Prefix, body.KeyMarker, body.IDMarker, body.MaxUploads+1)
	if err != nil {
		return err
	}
	body.Prefix, body.KeyMarker = encode(body.Prefix), encode(body.KeyMarker)
	return c.answer(body)
}
