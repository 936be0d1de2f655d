package rest

import (
	"encoding/json"
	"slices"
)

// nestedRows are the rows of a body that go into an embed's table: the value of
// the embed's name in each of the rows above, an object or a list of objects.
type nestedRows struct {
	name    string
	columns []string
	nested  []nestedRows
}

const maxNested = 50 // tables that one body may go into

// nest finds what of a JSON body goes into the tables of embeds, and takes those
// names out of its columns. Whether an embed's name is a column after all is for
// the compiler to say.
func (rq *request) nest(doc []byte) error {
	if !embedsIn(&rq.root, rq.columns) {
		return nil
	}
	rows, isRows := objects(doc)
	if !isRows {
		return nil
	}
	count := 0
	nested, err := nestRows(rows, &rq.root, &count)
	if err != nil {
		return err
	}
	rq.nested = nested
	rq.columns = without(rq.columns, nested)
	return nil
}

func embedsIn(n *node, columns []string) bool {
	return slices.ContainsFunc(n.embeds, func(e *node) bool { return !e.spread && slices.Contains(columns, e.title()) })
}

func without(columns []string, nested []nestedRows) []string {
	return slices.DeleteFunc(columns, func(c string) bool {
		return slices.ContainsFunc(nested, func(n nestedRows) bool { return n.name == c })
	})
}

// objects takes a document apart that is an object, a list of them, or null.
func objects(doc []byte) ([]map[string]json.RawMessage, bool) {
	var list []map[string]json.RawMessage
	var one map[string]json.RawMessage
	if json.Unmarshal(doc, &list) == nil {
		return list, !slices.ContainsFunc(list, func(m map[string]json.RawMessage) bool { return m == nil })
	}
	if json.Unmarshal(doc, &one) != nil {
		return nil, false
	}
	return []map[string]json.RawMessage{one}, true
}

func nestRows(rows []map[string]json.RawMessage, n *node, count *int) ([]nestedRows, error) {
	var out []nestedRows
	for _, e := range n.embeds {
		below, found := rowsBelow(rows, e.title())
		if e.spread || !found || slices.ContainsFunc(out, func(o nestedRows) bool { return o.name == e.title() }) {
			continue
		}
		if *count++; *count > maxNested {
			return nil, invalidBody("A body can be nested into at most " + itoa(maxNested) + " tables")
		}
		nr := nestedRows{name: e.title()}
		for i, row := range below {
			keys := make([]string, 0, len(row))
			for k := range row {
				keys = append(keys, k)
			}
			slices.Sort(keys)
			if i > 0 && !slices.Equal(keys, nr.columns) {
				return nil, invalidBody(errKeys.Error())
			}
			nr.columns = keys
		}
		var err error
		if nr.nested, err = nestRows(below, e, count); err != nil {
			return nil, err
		}
		nr.columns = without(nr.columns, nr.nested)
		out = append(out, nr)
	}
	return out, nil
}

// rowsBelow are all objects that stand under a name; found says that the name is
// there and holds nothing else.
func rowsBelow(rows []map[string]json.RawMessage, name string) (below []map[string]json.RawMessage, found bool) {
	for _, row := range rows {
		v, there := row[name]
		if !there {
			continue
		}
		found = true
		if string(v) == "null" {
			continue
		}
		list, ok := objects(v)
		if !ok {
			return nil, false
		}
		below = append(below, list...)
	}
	return below, found
}

func (w *shapeWriter) nested(list []nestedRows) {
	if len(list) == 0 {
		return
	}
	w.key("nested")
	w.b = append(w.b, '[')
	for i := range list {
		w.comma()
		w.b = append(w.b, '{')
		w.name("name", list[i].name)
		w.list("columns", list[i].columns)
		w.nested(list[i].nested)
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ']')
}
