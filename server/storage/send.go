package storage

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// active is what browsers would run, if it came from this origin.
var active = map[string]bool{
	"application/xhtml+xml": true, "image/svg+xml": true, "application/xml": true, "text/xml": true, "application/xslt+xml": true,
	"application/rss+xml": true, "application/atom+xml": true, "application/mathml+xml": true, "text/javascript": true, "application/javascript": true,
}

// harmless sets the type so that no user's file runs as a page of this server:
// HTML is shown as text, what else may hold scripts is put in a sandbox. The
// general headers forbid sniffing already.
func harmless(h http.Header, mimetype string) {
	media, params, err := mime.ParseMediaType(mimetype)
	if err != nil {
		mimetype, media = "application/octet-stream", "application/octet-stream"
	}
	if media == "text/html" {
		media = "text/plain"
		mimetype = mime.FormatMediaType(media, params)
	}
	h.Set("Content-Type", mimetype)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")
	if !active[media] {
		h.Del("X-Frame-Options") // pictures and papers are there to be shown
		if media == "application/pdf" {
			h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'") // viewers fail in a sandbox
		}
	}
}

// disposition is an attachment if ?download asks for one, by name or without.
func disposition(c echo.Context, h http.Header) {
	query := c.QueryParams()
	if !query.Has("download") {
		return
	}
	if name := query.Get("download"); name != "" {
		encoded := strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
		h.Set("Content-Disposition", "attachment; filename="+encoded+"; filename*=UTF-8''"+encoded)
		return
	}
	h.Set("Content-Disposition", "attachment;")
}

var errRange = refuse(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "invalid range provided")

// maxRanges of one request: each may be a request of ours to the backend, and
// thousands of them fit into a header.
const maxRanges = 50

// send lets the standard library answer ranges and conditions, and writes
// nothing itself where a range cannot be met.
func (s *Service) send(c echo.Context, blob Blob, modified time.Time) error {
	w := &sender{ResponseWriter: c.Response().Writer, control: http.NewResponseController(c.Response().Writer), idle: s.Config.IdleTimeout}
	unhurried(c)
	if strings.Count(c.Request().Header.Get("Range"), ",") >= maxRanges {
		return errRange
	}
	http.ServeContent(w, c.Request(), "", modified, blob)
	_ = w.control.SetWriteDeadline(time.Time{}) // the connection's next answer has its own time
	if w.status == http.StatusRequestedRangeNotSatisfiable {
		for _, name := range []string{"Content-Disposition", "Content-Encoding", "Cache-Control", "Etag", "Last-Modified", "Content-Length"} {
			c.Response().Header().Del(name)
		}
		c.Response().Header().Set("Content-Range", "bytes */"+strconv.FormatInt(blob.Size(), 10))
		return errRange
	}
	c.Response().Committed, c.Response().Status = true, w.status
	return nil
}

// sender is a response that keeps its connection alive as long as the client
// reads, and holds a refused range back for the wire's own words.
type sender struct {
	http.ResponseWriter
	control *http.ResponseController
	idle    time.Duration
	until   time.Time
	status  int
}

// stretch is what is sent between two looks at the clock.
const stretch = 4 << 20

func (w *sender) extend() {
	if now := time.Now(); w.until.Sub(now) < w.idle/2 {
		w.until = now.Add(w.idle)
		_ = w.control.SetWriteDeadline(w.until) // not all writers of tests can
	}
}

// WriteHeader implements http.ResponseWriter.
func (w *sender) WriteHeader(status int) {
	w.status = status
	if status != http.StatusRequestedRangeNotSatisfiable {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (w *sender) Write(p []byte) (int, error) {
	if w.status == http.StatusRequestedRangeNotSatisfiable {
		return len(p), nil
	}
	w.extend()
	return w.ResponseWriter.Write(p)
}

// ReadFrom lets the kernel send files by itself, a stretch at a time.
func (w *sender) ReadFrom(r io.Reader) (int64, error) {
	from, ok := w.ResponseWriter.(io.ReaderFrom)
	if !ok {
		return transfer(struct{ io.Writer }{w}, r)
	}
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		limited = &io.LimitedReader{R: r, N: 1<<63 - 1}
	}
	var sent int64
	for limited.N > 0 {
		w.extend()
		n, err := from.ReadFrom(&io.LimitedReader{R: limited.R, N: min(limited.N, stretch)})
		sent += n
		limited.N -= n
		if err != nil || n == 0 {
			return sent, err
		}
	}
	return sent, nil
}
