package rest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func (rq *request) resource(path string, s *Service) error {
	path = strings.TrimPrefix(path, "/")
	if path == "" {
		switch {
		case s.cfg.OpenAPIMode == "disabled":
			return refusal(http.StatusNotFound, "PGRST126", "Root endpoint metadata is disabled", "", "")
		case s.cfg.RootSpec != "":
			rq.rpc, rq.name = true, s.cfg.RootSpec[strings.LastIndexByte(s.cfg.RootSpec, '.')+1:]
		default:
			rq.op = opRoot
		}
		return nil
	}
	name, rest, nested := strings.Cut(path, "/")
	if nested && rest == "query" && name != "rpc" && rq.method == http.MethodPost {
		rq.posted, nested = true, false
	}
	if nested {
		if name != "rpc" || strings.Contains(rest, "/") {
			return refusal(http.StatusNotFound, "PGRST125", "Invalid path specified in request URL", "", "")
		}
		rq.rpc, name = true, rest
	}
	if u, err := url.PathUnescape(name); err == nil {
		name = u
	}
	if !validText(name) {
		return refusal(http.StatusNotFound, "PGRST125", "Invalid path specified in request URL", "", "")
	}
	rq.name = name
	return nil
}

func (rq *request) negotiateSchema(r *http.Request, schemas []string) error {
	header := "Accept-Profile"
	switch {
	case rq.posted:
	case slices.Contains([]string{http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete}, r.Method):
		header = "Content-Profile"
	}
	if v, ok := r.Header[header]; ok && len(v) > 0 {
		if !slices.Contains(schemas, v[0]) {
			return refusal(http.StatusNotAcceptable, "PGRST106", "Invalid schema: "+v[0], "",
				"Only the following schemas are exposed: "+strings.Join(schemas, ", "))
		}
		rq.schema, rq.profile = v[0], true
		return nil
	}
	rq.schema, rq.profile = schemas[0], len(schemas) > 1
	return nil
}

func (rq *request) action() error {
	read := rq.method == http.MethodGet || rq.method == http.MethodHead
	rq.head = rq.method == http.MethodHead
	switch {
	case rq.op == opRoot:
		if read {
			return nil
		}
		if rq.method == http.MethodOptions {
			rq.op = opInfo
			return nil
		}
	case rq.method == http.MethodOptions:
		rq.op = opInfo
		return nil
	case rq.rpc:
		if read || rq.method == http.MethodPost {
			rq.op = opCall
			return nil
		}
		return refusal(http.StatusMethodNotAllowed, "PGRST101", "Cannot use the "+rq.method+" method on RPC", "", "")
	case read || rq.posted:
		rq.op = opRead
		return nil
	}
	if rq.op != opRoot {
		switch rq.method {
		case http.MethodPost:
			rq.op = opInsert
		case http.MethodPatch:
			rq.op = opUpdate
		case http.MethodPut:
			rq.op = opPut
		case http.MethodDelete:
			rq.op = opDelete
		}
	}
	if rq.op == "" || rq.op == opRoot {
		return refusal(http.StatusMethodNotAllowed, "PGRST117", "Unsupported HTTP method: "+rq.method, "", "")
	}
	return nil
}

// readCall says whether arguments come from the URL.
func (rq *request) readCall() bool {
	return rq.rpc && (rq.method == http.MethodGet || rq.method == http.MethodHead || rq.method == http.MethodOptions)
}

// rawQuery is the URL's query string, and after it that of a posted query.
func (rq *request) rawQuery(r *http.Request) (string, error) {
	if !rq.posted {
		return r.URL.RawQuery, nil
	}
	m := parseMedia(r.Header.Get("Content-Type"))
	if m.name != "" && m.name != mediaForm && m.name != mediaText {
		return "", refusal(http.StatusUnsupportedMediaType, "PGRST102", "Content-Type not acceptable: "+m.mime(), "",
			"Send the query string as "+mediaForm+" or "+mediaText+".")
	}
	body, err := readBody(r)
	return r.URL.RawQuery + "&" + strings.TrimSpace(string(body)), err
}
