package rest

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// What a request does.
const (
	opRead   = "read"
	opInsert = "insert"
	opUpdate = "update"
	opDelete = "delete"
	opPut    = "put"
	opCall   = "call"
	opInfo   = "info"
	opRoot   = "root"
)

// request is an HTTP request, understood as far as that goes without a database.
type request struct {
	op, schema, name string
	path             string // without the prefix under which the API is mounted
	method           string
	profile          bool // the schema was negotiated: Content-Profile says which
	rpc              bool
	posted           bool // a read whose query string is the body
	head             bool
	prefer           prefer
	accept           []media
	query            *query
	root             node
	where            []logic
	lits             literals
	columns          []string
	nested           []nestedRows
	conflict         []string
	body             int // number of the literal, 0 for none
	bodyObject       bool
	content          string
	args             []string
	direct           []directArg
	top              span // what Content-Range reports, without max-rows
	limited          bool
	after            []int         // literals of the cursor; 0 for a null
	key              string        // the shape, where it is known already
	location         string        // Content-Location
	planned          time.Duration // what it took to have the statement
	legacy           []string      // embeds that went by their table's name: name, alias, …
}

// directArg is an argument of a call from the URL or a form.
type directArg struct {
	name     string
	lit, all int
}

// parse understands a request; path is the part of its URL below the API.
func (s *Service) parse(r *http.Request, path string) (*request, error) {
	rq := &request{path: path, method: r.Method}
	rq.prefer = parsePrefer(r.Header, s.cfg.TxAllowOverride())
	if rq.prefer.explain != "" && !s.explain {
		rq.prefer.explain = ""
		rq.prefer.invalid = append(rq.prefer.invalid, "explain=rls")
	}
	if err := rq.resource(path, s); err != nil {
		return nil, err
	}
	if err := rq.negotiateSchema(r, s.cfg.Schemas); err != nil {
		return nil, err
	}
	if err := rq.action(); err != nil {
		return nil, err
	}
	raw, err := rq.rawQuery(r)
	if err != nil {
		return nil, err
	}
	if rq.query, err = parseQuery(raw); err != nil {
		return nil, err
	}
	if err := rq.parseParams(s.cfg.LegacyTargets); err != nil {
		return nil, err
	}
	if err := rq.ranges(r, s.cfg.MaxRows); err != nil {
		return nil, err
	}
	if err := rq.keyset(); err != nil {
		return nil, err
	}
	if err := rq.payload(r); err != nil {
		return nil, err
	}
	rq.accept = parseAccept(r.Header.Get("Accept"))
	if rq.op == opRead && !rq.posted {
		rq.location = "/" + rq.name
		if rq.query.canonical != "" {
			rq.location += "?" + rq.query.canonical
		}
	}
	return rq, nil
}

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

func (rq *request) parseParams(legacy bool) error {
	q := rq.query
	type orderAt struct {
		path  []string
		terms []term
	}
	var orders []orderAt
	for _, p := range q.orders {
		path, _, _, err := treePath(p.key)
		if err != nil {
			return err
		}
		terms, err := parseOrder(p.value)
		if err != nil {
			return err
		}
		orders = append(orders, orderAt{path, terms})
	}
	type whereAt struct {
		path []string
		tree logic
	}
	var wheres []whereAt
	for _, p := range q.logics {
		path, not, op, err := logicPath(p.key)
		if err != nil {
			return err
		}
		tree, err := parseLogic(op, not, p.value, &rq.lits)
		if err != nil {
			return err
		}
		wheres = append(wheres, whereAt{path, tree})
	}
	if q.columns != nil {
		cols, err := parseColumns("columns", *q.columns)
		if err != nil {
			return err
		}
		rq.columns = sortedSet(cols)
	}
	selects := "*"
	if q.selects != nil {
		selects = *q.selects
	}
	if err := parseSelect(selects, &rq.root); err != nil {
		return err
	}
	var args []param
	for _, p := range q.filters {
		path, name, js, err := treePath(p.key)
		if err != nil {
			return err
		}
		f, not, err := parseFilter(p.value, &rq.lits)
		if err != nil {
			if rq.readCall() {
				args = append(args, param{name, p.value})
				continue
			}
			return err
		}
		f.name, f.path = name, js
		wheres = append(wheres, whereAt{path, logic{not: not, leaf: f}})
	}
	if q.onConflict != nil {
		var err error
		if rq.conflict, err = parseColumns("on_conflict", *q.onConflict); err != nil {
			return err
		}
	}
	write := rq.op == opInsert || rq.op == opUpdate || rq.op == opDelete || rq.op == opPut
	for _, w := range wheres {
		if len(w.path) == 0 && write {
			rq.where = append(rq.where, w.tree)
			continue
		}
		n, err := rq.find(w.path, legacy)
		if err != nil {
			return err
		}
		n.where = append(n.where, w.tree)
	}
	for _, o := range orders {
		n, err := rq.find(o.path, legacy)
		if err != nil {
			return err
		}
		n.order = o.terms
	}
	rq.directArgs(args)
	return rq.limits(legacy)
}

// directArgs numbers the arguments of a call: the last value of a name is the
// argument, all of them are for a variadic one.
func (rq *request) directArgs(args []param) {
	values := map[string][]string{}
	for _, a := range args {
		if _, ok := values[a.key]; !ok {
			rq.args = append(rq.args, a.key)
		}
		values[a.key] = append(values[a.key], a.value)
	}
	sort.Strings(rq.args)
	for _, name := range rq.args {
		vs := values[name]
		rq.direct = append(rq.direct, directArg{name, rq.lits.add(vs[len(vs)-1]), rq.lits.add(arrayLiteral(vs))})
	}
}

// find is the embed that a path of names leads to.
func (rq *request) find(path []string, legacy bool) (*node, error) {
	n := &rq.root
	for _, name := range path {
		var next *node
		for _, e := range n.embeds {
			if e.title() == name || legacy && e.name == name {
				next = e
				break
			}
		}
		if next == nil {
			return nil, rq.unembedded(n, name)
		}
		if next.title() != name && !slices.Contains(rq.legacy, next.alias) {
			rq.legacy = append(rq.legacy, next.name, next.alias)
		}
		n = next
	}
	return n, nil
}

func (rq *request) unembedded(n *node, name string) error {
	for _, e := range n.embeds {
		if e.name == name && e.alias != "" {
			return refusal(http.StatusBadRequest, "PGRST108", "'"+name+"' is not an embedded resource in this request",
				"Target names are not allowed in filters if they have an alias", "Change '"+name+"' to '"+e.alias+"' in filters, orders or limits.")
		}
	}
	return notEmbedded(name)
}

// limits puts limit and offset parameters where they belong.
func (rq *request) limits(legacy bool) error {
	for n := range rq.nodes() {
		n.rng = allRows
	}
	type pair struct{ limit, offset *string }
	byPath := map[string]*pair{}
	var keys []string
	for _, p := range rq.query.limits {
		cut := strings.LastIndexByte(p.key, '.')
		prefix := p.key[:max(cut, 0)]
		if byPath[prefix] == nil {
			byPath[prefix] = &pair{}
			keys = append(keys, prefix)
		}
		v := p.value
		if p.key[cut+1:] == "limit" {
			byPath[prefix].limit = &v
		} else {
			byPath[prefix].offset = &v
		}
	}
	for _, prefix := range keys {
		var path []string
		if prefix != "" {
			names, last, _, err := treePath(prefix)
			if err != nil {
				return err
			}
			path = append(names, last)
		}
		if path != nil && rq.op != opRead && rq.op != opCall {
			continue
		}
		n, err := rq.find(path, legacy)
		if err != nil {
			return err
		}
		n.rng = limitOffset(byPath[prefix].limit, byPath[prefix].offset)
	}
	return nil
}

// nodes walks the select tree.
func (rq *request) nodes() func(yield func(*node) bool) {
	return func(yield func(*node) bool) {
		var walk func(n *node) bool
		walk = func(n *node) bool {
			if !yield(n) {
				return false
			}
			for _, e := range n.embeds {
				if !walk(e) {
					return false
				}
			}
			return true
		}
		walk(&rq.root)
	}
}

// ranges joins the Range header and the limits, and numbers them as literals.
func (rq *request) ranges(r *http.Request, maxRows int64) error {
	header := allRows
	if rq.method == http.MethodGet || rq.posted {
		if v := r.Header.Get("Range"); v != "" {
			header = rangeHeader(v)
		}
	}
	limit := rq.root.rng
	rq.top = header.and(limit)
	if limit.hi == noRows.hi {
		rq.top = noRows
	} else if rq.top.empty() {
		if header.empty() {
			return rangeError("The lower boundary must be lower than or equal to the upper boundary in the Range header.")
		}
		return rangeError("Limit should be greater than or equal to zero.")
	}
	if rq.op == opPut && rq.top != allRows {
		return refusal(http.StatusBadRequest, "PGRST114", "limit/offset querystring parameters are not allowed for PUT", "", "")
	}
	if rq.op != opRead && rq.op != opCall {
		return nil
	}
	rq.root.rng = rq.top
	rq.limited = rq.top != allRows
	for n := range rq.nodes() {
		rng := n.rng
		if maxRows > 0 {
			rng = rng.first(maxRows)
		}
		if rng == allRows {
			continue
		}
		if rng.hi != allRows.hi {
			n.limit = rq.lits.add(strconv.FormatInt(max(0, rng.hi-rng.lo+1), 10))
		}
		n.offset = rq.lits.add(strconv.FormatInt(max(0, rng.lo), 10))
	}
	return nil
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
