package storage

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"
	"github.com/labstack/echo/v4"
)

// headers is what an object is served with, as storage.objects.metadata keeps it.
type headers struct {
	MimeType        string `json:"mimetype"`
	CacheControl    string `json:"cacheControl"`
	ContentEncoding string `json:"contentEncoding,omitempty"`
	RobotsTag       string `json:"xRobotsTag,omitempty"`
}

// incoming is a file on its way in: what is said of it, then its bytes.
type incoming struct {
	headers  headers
	metadata json.RawMessage // the user's own; nil for none
	length   *int64          // if it was declared
	r        io.Reader
}

// receive reads a request up to the first byte of the file: a raw body, or
// the first part with a file name of a form. Never the file itself.
func (s *Service) receive(c echo.Context) (*incoming, error) {
	r := c.Request()
	r.Body = s.patient(c, r.Body)
	in := &incoming{}
	contentType := r.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(contentType); err == nil && media == "multipart/form-data" {
		if err := in.form(r); err != nil {
			return nil, err
		}
	} else {
		in.headers = headers{
			MimeType: contentType, CacheControl: r.Header.Get("Cache-Control"), ContentEncoding: r.Header.Get("Content-Encoding"),
		}
		in.metadata = metadataHeader(r.Header.Get("X-Metadata"))
		in.r = r.Body
		if r.ContentLength >= 0 {
			in.length = &r.ContentLength
		}
	}
	in.headers.RobotsTag = r.Header.Get("X-Robots-Tag")
	return in, in.finish()
}

// finish fills in what was not said, and refuses what cannot be a header.
func (in *incoming) finish() error {
	if in.headers.MimeType == "" {
		peek := bufio.NewReaderSize(in.r, 4096)
		head, err := peek.Peek(3072)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		in.headers.MimeType, in.r = mimetype.Detect(head).String(), peek
	}
	media, _, err := mime.ParseMediaType(in.headers.MimeType)
	if err != nil || !strings.Contains(media, "/") || !printable.MatchString(in.headers.MimeType) {
		return refuse(http.StatusUnsupportedMediaType, "InvalidMimeType", "mime type "+in.headers.MimeType+" is not supported")
	}
	if in.headers.CacheControl == "" {
		in.headers.CacheControl = "no-cache"
	}
	for _, value := range []string{in.headers.CacheControl, in.headers.ContentEncoding, in.headers.RobotsTag} {
		if !printable.MatchString(value) {
			return refuse(http.StatusBadRequest, "InvalidRequest", "a header's value has characters that no header may have")
		}
	}
	return nil
}

var (
	printable  = regexp.MustCompile(`^[\x20-\x7e]{0,1000}$`)
	seconds    = regexp.MustCompile(`^\d+$`)
	headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)
)

// bareSeconds is a cache-control as forms and resumable uploads give it.
func bareSeconds(value string) string {
	if seconds.MatchString(value) {
		return "max-age=" + value
	}
	return value
}

// metadataHeader is base64 of a JSON object; anything else is ignored, as upstream does.
func metadataHeader(value string) json.RawMessage {
	text, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return nil
	}
	return objectOrNil(text)
}

func objectOrNil(text []byte) json.RawMessage {
	var object map[string]any
	if json.Unmarshal(text, &object) != nil || object == nil {
		return nil
	}
	return text
}

const maxField = 1 << 20 // bytes of a form's field

// form reads the fields that come before the file. The client leaves the
// file's field name empty, so that net/http's own form parsing would miss it.
func (in *incoming) form(r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return refuse(http.StatusBadRequest, "InvalidRequest", "the form has no boundary")
	}
	in.headers.CacheControl = ""
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return refuse(http.StatusBadRequest, "InvalidRequest", "the form has no file")
		}
		if err != nil {
			return refuse(http.StatusBadRequest, "InvalidRequest", "the form is damaged")
		}
		if part.FileName() != "" {
			if in.headers.MimeType == "" {
				in.headers.MimeType = part.Header.Get("Content-Type")
			}
			in.r = part
			return nil
		}
		value, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil || len(value) > maxField {
			return refuse(http.StatusBadRequest, "InvalidRequest", "field "+part.FormName()+" of the form is too large or cut")
		}
		switch part.FormName() {
		case "cacheControl":
			in.headers.CacheControl = bareSeconds(string(value))
		case "contentType":
			in.headers.MimeType = string(value)
		case "contentEncoding":
			in.headers.ContentEncoding = string(value)
		case "metadata", "userMetadata":
			in.metadata = objectOrNil(value)
		}
	}
}

// patient lets a body take as long as it keeps coming: the server's deadline
// for requests is for small ones.
func (s *Service) patient(c echo.Context, body io.ReadCloser) io.ReadCloser {
	return &patient{ReadCloser: body, control: http.NewResponseController(c.Response()), idle: s.Config.IdleTimeout}
}

type patient struct {
	io.ReadCloser
	control *http.ResponseController
	idle    time.Duration
	until   time.Time
}

func (p *patient) Read(b []byte) (int, error) {
	if now := time.Now(); p.until.Sub(now) < p.idle/2 {
		p.until = now.Add(p.idle)
		_ = p.control.SetReadDeadline(p.until) // not all writers of tests can
	}
	n, err := p.ReadCloser.Read(b)
	if errors.Is(err, io.EOF) {
		_ = p.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// unhurried frees a request, whose body has been read, of the server's time
// for reading one: when that runs out, net/http takes the client for gone.
func unhurried(c echo.Context) {
	_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Time{})
}

// capped reads at most limit bytes and refuses the next one.
type capped struct {
	r     io.Reader
	limit int64
}

func (l *capped) Read(b []byte) (int, error) {
	if int64(len(b)) > l.limit+1 {
		b = b[:l.limit+1]
	}
	n, err := l.r.Read(b)
	if int64(n) > l.limit {
		return 0, errTooLarge
	}
	l.limit -= int64(n)
	return n, err
}

func upserts(r *http.Request) bool { return strings.EqualFold(r.Header.Get("X-Upsert"), "true") }
