package storage

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// target is the object an upload is for; id is nil before there is one.
type target struct {
	id           uuid.UUID
	bucket, name string
	meta         map[string]string
}

// tusTarget reads the object from the URL or, where there is no upload yet, from Upload-Metadata.
func tusTarget(c echo.Context) (target, error) {
	if id := param(c, "id"); id != "" {
		return parseTusID(id)
	}
	meta, err := tusMetadata(c.Request().Header.Get("Upload-Metadata"))
	return target{bucket: meta["bucketName"], name: meta["objectName"], meta: meta}, err
}

func tusID(t target) string {
	return base64.RawURLEncoding.EncodeToString([]byte(fullPath(t.bucket, t.name) + "/" + t.id.String()))
}

func parseTusID(id string) (t target, err error) {
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(id, "="))
	if err != nil {
		return t, errNoUpload
	}
	path, version, _ := cutLast(string(text), "/")
	bucket, name, ok := strings.Cut(path, "/")
	t = target{bucket: bucket, name: name}
	if t.id, err = uuid.Parse(version); err != nil || !ok {
		return t, errNoUpload
	}
	return t, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func tusMetadata(header string) (map[string]string, error) {
	meta := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		key, encoded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		value, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
		if err != nil {
			return meta, refuse(http.StatusBadRequest, "InvalidRequest", "Upload-Metadata is not as it should be")
		}
		meta[key] = string(value)
	}
	return meta, nil
}
