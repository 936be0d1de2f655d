package functions

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"howdah/server/problem"
)

// body is a request's body as functions.dispatch takes it.
type body struct {
	bytes       []byte // nil for none
	contentType string // media type without parameters, lower case
	kind        string // json, text, form, bytes or none
	form        []byte // JSON: fields with lists of values
}

func readBody(r *http.Request) (*body, error) {
	b := &body{kind: "none"}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil {
		b.contentType = media
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	if len(raw) == 0 {
		return b, nil
	}
	b.bytes = raw
	isText := utf8.Valid(raw) && !bytes.ContainsRune(raw, 0)
	switch {
	case b.contentType == "application/x-www-form-urlencoded" && isText:
		fields, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, badBody("form", err)
		}
		b.kind, b.form = "form", toJSON(fields)
	case b.contentType == "multipart/form-data":
		fields, err := readMultipart(raw, params["boundary"])
		if err != nil {
			return nil, badBody("form", err)
		}
		b.kind, b.form = "form", toJSON(fields)
	case b.contentType == "application/json" || strings.HasSuffix(b.contentType, "+json"):
		if !json.Valid(raw) {
			return nil, badBody("JSON", nil)
		}
		b.kind = "json"
	case isText && b.contentType != "application/octet-stream":
		b.kind = "text"
	default:
		b.kind = "bytes"
	}
	return b, nil
}

func badBody(what string, cause error) error {
	return &problem.Problem{
		Status: http.StatusBadRequest, Code: "bad_body", Message: "The body is no " + what + ", as its Content-Type says.",
		Hint: "Send what the Content-Type says, or another Content-Type.", Cause: cause,
	}
}

// file is an uploaded file in a form.
type file struct {
	Filename string `json:"filename"`
	Type     string `json:"type"`
	Size     int    `json:"size"`
	Base64   string `json:"base64"`
}

func readMultipart(raw []byte, boundary string) (map[string][]any, error) {
	fields := map[string][]any{}
	parts := multipart.NewReader(bytes.NewReader(raw), boundary)
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // NextPart answers it bare
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(part) // bounded: raw is in memory
		if err != nil {
			return nil, err
		}
		name := clean(part.FormName())
		if part.FileName() == "" {
			fields[name] = append(fields[name], clean(string(content)))
			continue
		}
		fields[name] = append(fields[name], file{
			Filename: clean(part.FileName()), Type: part.Header.Get("Content-Type"),
			Size: len(content), Base64: base64.StdEncoding.EncodeToString(content),
		})
	}
}

// clean is s as PostgreSQL can hold it.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// headersJSON is every header in lower case, repeated ones joined.
func headersJSON(h http.Header) []byte {
	m := make(map[string]string, len(h))
	for name, values := range h {
		m[strings.ToLower(name)] = clean(strings.Join(values, ", "))
	}
	return toJSON(m)
}

func toJSON(v any) []byte {
	if values, ok := v.(url.Values); ok {
		m := make(map[string][]string, len(values))
		for name, list := range values {
			for _, value := range list {
				m[clean(name)] = append(m[clean(name)], clean(value))
			}
		}
		v = m
	}
	b, _ := json.Marshal(v) //nolint:errchkjson // maps of strings always encode
	return b
}
