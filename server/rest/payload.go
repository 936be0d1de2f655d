package rest

import (
	"errors"
	"io"
	"net/http"
)

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	var tooBig *http.MaxBytesError
	if err != nil && !errors.As(err, &tooBig) {
		err = invalidBody("The body ended early")
	}
	return body, err
}

// payload reads the body of a write or a call.
func (rq *request) payload(r *http.Request) error {
	call := rq.op == opCall && rq.method == http.MethodPost
	if !call && rq.op != opInsert && rq.op != opUpdate && rq.op != opPut {
		rq.columns = nil
		return nil
	}
	body, err := readBody(r)
	if err != nil {
		return err
	}
	mime := mediaJSON
	if v := r.Header.Get("Content-Type"); v != "" {
		m := parseMedia(v)
		mime = m.mime()
	}
	columns := rq.columns
	if rq.op == opPut {
		columns = nil
	}
	p, err := parsePayload(body, mime, columns, call)
	if err != nil {
		return err
	}
	rq.content = p.content
	if call && mime == mediaForm {
		rq.directArgs(p.args)
		return nil
	}
	rq.bodyObject = p.object()
	rq.body = rq.lits.addBytes(p.doc)
	if call {
		rq.args = p.columns
		if rq.content == "octet" {
			rq.lits.binary = rq.body
		}
		return nil
	}
	rq.columns = p.columns
	if rq.op == opInsert && mime == mediaJSON && columns == nil {
		return rq.nest(p.doc)
	}
	return nil
}
