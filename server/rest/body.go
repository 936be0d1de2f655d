package rest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// payload is a body as the statement takes it.
type payload struct {
	doc     []byte
	columns []string // its keys, sorted
	args    []param  // of a form that calls a function
	content string   // content type of a call, by the shape's name
	raw     bool     // taken as it is, not as JSON
}

var errKeys = errors.New("All object keys must match") //nolint:staticcheck // the wording is PostgREST's

// parsePayload reads a body by its content type. With columns its keys are not
// looked at: the database validates the JSON anyway.
func parsePayload(body []byte, mime string, columns []string, call bool) (*payload, error) {
	p := &payload{content: contentName(mime)}
	switch {
	case mime == mediaJSON:
		return p, p.json(body, columns, call)
	case mime == mediaCSV:
		return p, p.csv(body)
	case mime == mediaForm:
		p.args = parseForm(string(body))
		if call {
			return p, nil
		}
		p.form()
		return p, nil
	case call && (mime == mediaText || mime == mediaXML || mime == mediaOctet):
		p.doc, p.raw = body, true
		return p, nil
	}
	return nil, invalidBody("Content-Type not acceptable: " + mime)
}

func contentName(mime string) string {
	switch mime {
	case mediaJSON:
		return "json"
	case mediaCSV:
		return "csv"
	case mediaForm:
		return "form"
	case mediaText:
		return "text"
	case mediaXML:
		return "xml"
	case mediaOctet:
		return "octet"
	}
	return "other"
}

func (p *payload) json(body []byte, columns []string, call bool) error {
	p.doc = body
	if nestedDeeper(body, maxBodyDepth) {
		return invalidBody("The body is nested more than " + itoa(maxBodyDepth) + " levels deep")
	}
	if columns != nil {
		p.columns = sortedSet(columns)
		return nil
	}
	if call && len(body) == 0 {
		p.doc = []byte("{}")
		return nil
	}
	if !json.Valid(body) {
		return invalidBody("Empty or invalid json")
	}
	i := skipSpace(body, 0)
	switch body[i] {
	case '{':
		keys, _ := objectKeys(body, i, nil)
		p.columns = sortedSet(keys)
		return nil
	case '[':
		keys, err := uniformKeys(body, i)
		if err != nil {
			return invalidBody(err.Error())
		}
		p.columns = keys
		return nil
	}
	p.doc = []byte("[]")
	return nil
}

// object says whether the document is one object rather than a list.
func (p *payload) object() bool {
	i := skipSpace(p.doc, 0)
	return i < len(p.doc) && p.doc[i] == '{'
}

func (p *payload) csv(body []byte) error {
	r := csv.NewReader(bytes.NewReader(body))
	head, err := r.Read()
	if err != nil {
		return invalidBody("Empty or invalid csv")
	}
	head = slices.Clone(head)
	w := shapeWriter{b: make([]byte, 0, 2*len(body))}
	w.b = append(w.b, '[')
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(row) != len(head) {
			return invalidBody("All lines must have same number of fields")
		}
		w.comma()
		w.b = append(w.b, '{')
		for i, name := range head {
			w.key(escaped(name))
			if row[i] == "NULL" {
				w.b = append(w.b, "null"...)
			} else {
				w.quote(row[i])
			}
		}
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ']')
	p.doc, p.columns = w.b, sortedSet(head)
	if len(w.b) == 2 {
		p.columns = nil
	}
	return nil
}

// escaped is a string's JSON without its quotes.
func escaped(s string) string {
	w := shapeWriter{b: []byte{':'}}
	w.quote(s)
	return string(w.b[2 : len(w.b)-1])
}

func (p *payload) form() {
	last := map[string]string{}
	for _, a := range p.args {
		last[a.key] = a.value
	}
	w := shapeWriter{b: []byte{'{'}}
	for k := range last {
		p.columns = append(p.columns, k)
	}
	slices.Sort(p.columns)
	for _, k := range p.columns {
		w.key(escaped(k))
		w.quote(last[k])
	}
	p.doc, p.args = append(w.b, '}'), nil
}

func sortedSet(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}

// param is one parameter of a URL or form, decoded.
type param struct{ key, value string }

// parseForm takes key=value pairs apart. Escapes that are none stay as they are.
func parseForm(s string) []param {
	var out []param
	for s != "" {
		var part string
		if i := strings.IndexAny(s, "&;"); i >= 0 {
			part, s = s[:i], s[i+1:]
		} else {
			part, s = s, ""
		}
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		out = append(out, param{unescape(k), unescape(v)})
	}
	return out
}

func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b.WriteByte(' ')
		case s[i] == '%' && i+2 < len(s):
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
			b.WriteByte('%')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
