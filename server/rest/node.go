package rest

import (
	"strconv"
	"unicode/utf8"
)

// step is one arrow of a JSON path.
type step struct {
	arrow string // -> or ->>
	key   string
	index bool // key is a number
}

type field struct {
	name, alias, cast, agg, aggCast string
	path                            []step
}

// filter is a condition on one field; lit is 0 where there is no literal.
type filter struct {
	name                string
	path                []step
	op, quant, lang, is string
	lit                 int
}

// logic is a tree of and, or and filters: a leaf when op is empty.
type logic struct {
	op   string // and, or
	not  bool
	list []logic
	leaf filter
}

type term struct {
	rel, name, dir, nulls string
	path                  []step
}

// node is a level of the select tree.
type node struct {
	name, alias, hint, join string
	spread                  bool
	fields                  []field
	embeds                  []*node
	where                   []logic
	order                   []term
	rng                     span
	limit, offset           int // numbers of literals, 0 for none
}

// title is the name by which an embed is addressed in the URL.
func (n *node) title() string {
	if n.alias != "" {
		return n.alias
	}
	return n.name
}

// shapeWriter appends canonical JSON: fixed order of members, none that is empty.
type shapeWriter struct{ b []byte }

func (w *shapeWriter) comma() {
	if last := w.b[len(w.b)-1]; last != '{' && last != '[' && last != ':' {
		w.b = append(w.b, ',')
	}
}

func (w *shapeWriter) key(k string) {
	w.comma()
	w.b = append(w.b, '"')
	w.b = append(w.b, k...)
	w.b = append(w.b, '"', ':')
}

func (w *shapeWriter) str(k, v string) {
	if v != "" {
		w.key(k)
		w.quote(v)
	}
}

// name writes a member that may be empty and still means something.
func (w *shapeWriter) name(k, v string) {
	w.key(k)
	w.quote(v)
}

func (w *shapeWriter) num(k string, v int) {
	if v != 0 {
		w.key(k)
		w.b = strconv.AppendInt(w.b, int64(v), 10)
	}
}

func (w *shapeWriter) flag(k string, v bool) {
	if v {
		w.key(k)
		w.b = append(w.b, "true"...)
	}
}

func (w *shapeWriter) list(k string, vs []string) {
	w.key(k)
	w.b = append(w.b, '[')
	for _, v := range vs {
		w.comma()
		w.quote(v)
	}
	w.b = append(w.b, ']')
}

const hexDigits = "0123456789abcdef"

func (w *shapeWriter) quote(s string) {
	w.b = append(w.b, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		w.b = append(w.b, s[done:i]...)
		size := 1
		switch {
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			w.b = utf8.AppendRune(w.b, r) // invalid bytes become U+FFFD: a name that nothing has
		case c < ' ':
			w.b = append(w.b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			w.b = append(w.b, '\\', c)
		}
		i += size
		done = i
	}
	w.b = append(append(w.b, s[done:]...), '"')
}

// plain are the bytes that JSON text shows as they are.
var plain = func() (set [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		set[c] = c != '"' && c != '\\'
	}
	return set
}()

func (w *shapeWriter) path(p []step) {
	if len(p) == 0 {
		return
	}
	w.key("path")
	w.b = append(w.b, '[')
	for _, s := range p {
		w.comma()
		w.b = append(w.b, '[', '"')
		w.b = append(w.b, s.arrow...)
		w.b = append(w.b, '"', ',')
		if s.index {
			w.b = append(w.b, s.key...)
		} else {
			w.quote(s.key)
		}
		w.b = append(w.b, ']')
	}
	w.b = append(w.b, ']')
}

func (w *shapeWriter) logic(l *logic) {
	w.comma()
	w.b = append(w.b, '{')
	if l.op != "" {
		w.key(l.op)
		w.b = append(w.b, '[')
		for i := range l.list {
			w.logic(&l.list[i])
		}
		w.b = append(w.b, ']')
	} else {
		f := &l.leaf
		w.name("name", f.name)
		w.path(f.path)
		w.str("op", f.op)
		w.str("quant", f.quant)
		w.str("lang", f.lang)
		w.str("is", f.is)
		w.num("lit", f.lit)
	}
	w.flag("not", l.not)
	w.b = append(w.b, '}')
}

func (w *shapeWriter) where(k string, ls []logic) {
	if len(ls) == 0 {
		return
	}
	w.key(k)
	w.b = append(w.b, '[')
	for i := range ls {
		w.logic(&ls[i])
	}
	w.b = append(w.b, ']')
}

// members writes what a node holds, without its braces.
func (w *shapeWriter) members(n *node) {
	w.str("name", n.name)
	w.str("alias", n.alias)
	w.str("hint", n.hint)
	w.str("join", n.join)
	w.flag("spread", n.spread)
	if len(n.fields) > 0 {
		w.key("select")
		w.b = append(w.b, '[')
		for i := range n.fields {
			f := &n.fields[i]
			w.comma()
			w.b = append(w.b, '{')
			w.name("name", f.name)
			w.path(f.path)
			w.str("cast", f.cast)
			w.str("agg", f.agg)
			w.str("aggcast", f.aggCast)
			w.str("alias", f.alias)
			w.b = append(w.b, '}')
		}
		w.b = append(w.b, ']')
	}
	if len(n.embeds) > 0 {
		w.key("embed")
		w.b = append(w.b, '[')
		for _, e := range n.embeds {
			w.comma()
			w.b = append(w.b, '{')
			w.members(e)
			w.b = append(w.b, '}')
		}
		w.b = append(w.b, ']')
	}
	w.where("where", n.where)
	if len(n.order) > 0 {
		w.key("order")
		w.b = append(w.b, '[')
		for i := range n.order {
			t := &n.order[i]
			w.comma()
			w.b = append(w.b, '{')
			w.str("rel", t.rel)
			w.name("name", t.name)
			w.path(t.path)
			w.str("dir", t.dir)
			w.str("nulls", t.nulls)
			w.b = append(w.b, '}')
		}
		w.b = append(w.b, ']')
	}
	w.num("limit", n.limit)
	w.num("offset", n.offset)
}
