package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"howdah/server/db"
)

const (
	batchPath      = "/batch"
	maxBatchAnswer = 16 << 20 // all answers of a batch together
)

// batchItem is one request of a batch.
type batchItem struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`

	outer  *http.Request
	own    *prefer // the batch's
	refers bool    // to answers before it
	job    job
	shape  string
	answer []byte // JSON, once there is one
	value  any    // the answer, decoded when something first refers to it
}

// itemError is what went wrong with one request of a batch.
type itemError struct {
	index int
	err   error
}

func (e *itemError) Error() string { return "request " + itoa(e.index) + ": " + e.err.Error() }
func (e *itemError) Unwrap() error { return e.err }

// batch answers POST /batch: requests in one transaction, all or none.
func (s *Service) batch(r *http.Request, caller *db.Caller, h http.Header) (*answer, error) {
	items, err := s.readBatch(r)
	if err != nil {
		return nil, err
	}
	own := parsePrefer(r.Header, s.cfg.TxAllowOverride())
	for i := range items {
		items[i].outer, items[i].own = r, &own
		if err := s.parseItem(items, i, placeholder); err != nil {
			return nil, &itemError{i, err}
		}
	}
	if err := s.runBatch(r.Context(), items, caller, &own); err != nil {
		return nil, err
	}
	a := &answer{status: http.StatusOK, header: h, length: true}
	a.body = append(a.body, '[')
	for i := range items {
		if i > 0 {
			a.body = append(a.body, ",\n "...)
		}
		a.body = append(a.body, items[i].answer...)
	}
	a.body = append(a.body, ']')
	a.set("Content-Type", contentType(mediaJSON))
	if own.tx != "" {
		a.set("Preference-Applied", "tx="+own.tx)
	}
	return a, nil
}

func (s *Service) readBatch(r *http.Request) ([]batchItem, error) {
	body, err := io.ReadAll(r.Body)
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return nil, err
	}
	var items []batchItem
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err != nil || d.Decode(&items) != nil || d.More() {
		return nil, refusal(http.StatusBadRequest, "PGRST102", "A batch is a JSON array of requests", "",
			`Send [{"method": "GET", "path": "/table?select=*", "headers": {}, "body": null}, …].`)
	}
	if len(items) > s.cfg.BatchMax {
		return nil, refusal(http.StatusRequestEntityTooLarge, "PGRST102", "Too many requests in a batch",
			"The batch has "+itoa(len(items))+" requests", "Send at most "+itoa(s.cfg.BatchMax)+" (REST_BATCH_MAX).")
	}
	return items, nil
}

// parseItem understands a request of a batch; at gives the values that it
// refers to. What stands in for values before there are any must not differ
// from them in shape: a reference is a value and never a name, so that each
// statement is compiled before the first one runs.
func (s *Service) parseItem(items []batchItem, i int, at lookup) error {
	it := &items[i]
	r, err := it.request(func(pointer string) (any, error) {
		it.refers = true
		return at(items[:i], pointer)
	})
	if err != nil {
		return err
	}
	rq, err := s.parse(r, r.URL.EscapedPath())
	if err != nil {
		return err
	}
	if rq.op == opRoot || rq.op == opInfo {
		return refusal(http.StatusBadRequest, "PGRST102", "A batch holds requests of tables and functions", "", "")
	}
	rq.prefer.tx, rq.prefer.timezone = "", it.own.timezone
	shape := string(rq.shape(make([]byte, 0, 512)))
	if it.shape != "" && shape != it.shape {
		return refusal(http.StatusBadRequest, "PGRST102", "A reference can stand for a value only", "",
			"Use references as values of filters and of the body's members, not as names, operators or whole bodies.")
	}
	caller := &db.Caller{Method: r.Method, Path: r.URL.Path, Headers: headersJSON(r.Header), SearchPath: s.searchPaths[rq.schema], Settings: s.callerSettings(&rq.prefer)}
	it.shape, it.job = shape, job{rq: rq, st: it.job.st, caller: caller}
	return nil
}

// itemHeaders are the headers that a request of a batch has of its own.
var itemHeaders = map[string]bool{"Accept": true, "Accept-Profile": true, "Content-Profile": true, "Content-Type": true, "Prefer": true, "Range": true, "Range-Unit": true}

// request is the item as an HTTP request, its references replaced.
func (it *batchItem) request(at func(string) (any, error)) (*http.Request, error) {
	path, err := replacePath(it.Path, at)
	if err != nil {
		return nil, err
	}
	u, err := url.ParseRequestURI(path)
	if err != nil || u.Host != "" {
		return nil, refusal(http.StatusBadRequest, "PGRST125", "Invalid path specified in request URL", "", "Give the path below the API, as /table?select=*.")
	}
	body := []byte(it.Body)
	if bytes.Contains(body, []byte(`"$ref"`)) {
		if body, err = replaceBody(body, at); err != nil {
			return nil, err
		}
	}
	h := it.outer.Header.Clone()
	for name := range itemHeaders {
		h.Del(name)
	}
	for name, value := range it.Headers {
		if !itemHeaders[http.CanonicalHeaderKey(name)] {
			return nil, refusal(http.StatusBadRequest, "PGRST102", "A request of a batch has no header "+strconv.Quote(name)+" of its own", "",
				"Accept, Accept-Profile, Content-Profile, Content-Type, Prefer and Range can be given.")
		}
		h.Set(name, value)
	}
	if t := h.Get("Content-Type"); t != "" && parseMediaName(t) != mediaJSON {
		var text string
		if json.Unmarshal(body, &text) == nil {
			body = []byte(text)
		}
	}
	method := strings.ToUpper(it.Method)
	if method == "" {
		method = http.MethodGet
	}
	return &http.Request{Method: method, URL: u, Header: h, Host: it.outer.Host, Body: io.NopCloser(bytes.NewReader(body))}, nil
}

func parseMediaName(s string) string {
	m := parseMedia(s)
	return m.name
}

// marshal keeps the item's answer as the batch shows it: JSON bodies byte for byte.
func (it *batchItem) marshal(a *answer) error {
	w := shapeWriter{b: make([]byte, 0, len(a.body)+256)}
	w.b = append(w.b, '{')
	w.num("status", a.status)
	w.key("headers")
	w.b = append(w.b, '{')
	for _, name := range slices.Sorted(maps.Keys(a.header)) {
		w.str(escaped(name), strings.Join(a.header[name], ", "))
	}
	w.b = append(w.b, '}')
	w.key("body")
	switch {
	case len(a.body) == 0:
		w.b = append(w.b, "null"...)
	case strings.Contains(a.header.Get("Content-Type"), "json") && json.Valid(a.body):
		w.b = append(w.b, a.body...)
	case validText(string(a.body)):
		w.quote(string(a.body))
	default:
		return refusal(http.StatusNotAcceptable, "PGRST107", "A batch answers JSON and text only", "", "")
	}
	it.answer = append(w.b, '}')
	return nil
}
