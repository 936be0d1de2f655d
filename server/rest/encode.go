package rest

import "strings"

// shape is the request without its literals, as canonical JSON.
func (rq *request) shape(buf []byte) []byte {
	w := shapeWriter{b: append(buf, '{')}
	w.name("op", rq.op)
	w.name("schema", rq.schema)
	w.name("name", rq.name)
	w.num("lits", len(rq.lits.values))
	w.flag("rpc", rq.rpc)
	w.flag("get", rq.readCall())
	w.flag("head", rq.head)
	if rq.rpc {
		w.list("args", rq.args)
		w.str("content", rq.content)
		rq.writeDirect(&w)
	}
	if rq.op == opInfo {
		return append(w.b, '}')
	}
	rq.writeAccept(&w)
	w.str("count", rq.prefer.count)
	w.flag("limited", rq.limited)
	w.cursor(rq)
	w.flag("rls", rq.prefer.explain == "rls" && rq.op == opRead)
	w.flag("check", rq.checked())
	if rq.prefer.strict() {
		w.str("strict", strings.Join(rq.prefer.invalid, ", "))
		w.flag("max_affected", rq.prefer.maxAffected >= 0)
	}
	switch rq.op {
	case opInsert, opUpdate, opDelete, opPut:
		rq.writeMutation(&w)
	}
	if rq.body > 0 {
		w.key("body")
		w.b = append(w.b, '{')
		w.num("lit", rq.body)
		w.key("object")
		if rq.bodyObject {
			w.b = append(w.b, "true}"...)
		} else {
			w.b = append(w.b, "false}"...)
		}
	}
	w.key("root")
	w.b = append(w.b, '{')
	w.members(&rq.root)
	return append(w.b, '}', '}')
}

func (rq *request) writeDirect(w *shapeWriter) {
	if len(rq.direct) == 0 && !rq.readCall() && rq.content != "form" {
		return
	}
	w.key("direct")
	w.b = append(w.b, '{')
	for _, a := range rq.direct {
		w.key(escaped(a.name))
		w.b = append(w.b, '{')
		w.num("lit", a.lit)
		w.num("all", a.all)
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, '}')
}

func (rq *request) writeAccept(w *shapeWriter) {
	w.key("accept")
	w.b = append(w.b, '[')
	for i := range rq.accept {
		m := &rq.accept[i]
		w.comma()
		if m.plan == "" {
			w.quote(m.name)
			continue
		}
		w.b = append(w.b, '{')
		w.name("plan", m.plan)
		w.name("for", m.name)
		w.list("options", m.options)
		w.name("title", m.mime())
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ']')
}

func (rq *request) writeMutation(w *shapeWriter) {
	p := &rq.prefer
	switch p.rep {
	case "representation":
		w.str("rep", "full")
	case "headers-only":
		w.str("rep", "headers")
	case "minimal":
		w.str("rep", "minimal")
	}
	if rq.op == opInsert {
		w.str("resolution", strings.TrimSuffix(p.resolution, "-duplicates"))
		if rq.conflict != nil {
			w.list("conflict", rq.conflict)
		}
	} else {
		w.where("where", rq.where)
	}
	w.flag("defaults", p.missing == "default" && (rq.op == opInsert || rq.op == opUpdate))
	if rq.op != opDelete {
		w.list("columns", rq.columns)
		w.nested(rq.nested)
	}
}

// single says whether exactly one object is wanted.
func (rq *request) single() bool {
	if len(rq.accept) == 0 || rq.accept[0].plan != "" {
		return false
	}
	return rq.accept[0].name == mediaObject || rq.accept[0].name == mediaObjectStrip
}

// checked says whether the number of rows can still abort the transaction.
func (rq *request) checked() bool {
	if rq.op == opRead {
		return false
	}
	if rq.op == opPut {
		return true
	}
	return rq.single() || rq.prefer.strict() && rq.prefer.maxAffected >= 0 && rq.op != opInsert
}
