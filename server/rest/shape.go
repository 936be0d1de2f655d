package rest

import (
	"net/http"
	"slices"
	"sort"
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
