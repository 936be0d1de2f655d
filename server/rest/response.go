package rest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"howdah/server/db"
	"howdah/server/problem"
)

// answer is a response before it is written.
type answer struct {
	status int
	header http.Header
	body   []byte
	spill  *db.Spill  // the body, in place of body
	length bool       // send Content-Length
	values [10]string // of headers, for slices of one to point into
	used   int
}

// replace puts another body in place, nil for none.
func (a *answer) replace(body []byte) { a.body, a.spill = body, nil }

func (a *answer) size() int64 {
	if a.spill != nil {
		return a.spill.Size()
	}
	return int64(len(a.body))
}

func (a *answer) set(k, v string) {
	if a.used == len(a.values) {
		a.header[k] = []string{v}
		return
	}
	a.values[a.used] = v
	a.used++
	a.header[k] = a.values[a.used-1 : a.used : a.used]
}

// respond turns a result into status, headers and body as PostgREST answers them.
func (rq *request) respond(st *statement, res *result, h http.Header) (*answer, error) {
	a := &answer{header: h, body: *res.body, spill: res.spill, length: true}
	if st.Plan != nil {
		a.status = http.StatusOK
		rq.setContentType(a, st)
		return a, nil
	}
	if rq.op == opRead && rq.single() && res.page != 1 {
		return nil, singularError(res.page)
	}
	switch rq.op {
	case opRead, opCall:
		rq.respondRead(a, st, res)
	default:
		rq.respondWrite(a, st, res)
	}
	if p := rq.prefer.applied(rq.op, st.Keyed || rq.conflict != nil); p != "" {
		a.set("Preference-Applied", p)
	}
	return a, a.override(res)
}

func (rq *request) setContentType(a *answer, st *statement) {
	a.set("Content-Type", st.contentType)
	if rq.profile {
		a.set("Content-Profile", rq.schema)
	}
}

func (rq *request) respondRead(a *answer, st *statement, res *result) {
	lo := rq.top.lo
	hi := lo + res.page - 1
	a.status = http.StatusOK
	switch {
	case res.total < 0:
	case lo > res.total:
		a.status = http.StatusRequestedRangeNotSatisfiable
	case 1+hi-lo < res.total:
		a.status = http.StatusPartialContent
	}
	a.set("Content-Range", contentRange(lo, hi, res.total))
	if rq.location != "" {
		a.set("Content-Location", rq.location)
	}
	if res.next != nil {
		a.set("Next-Cursor", rq.nextCursor(res.next))
		if exposed := a.header.Get("Access-Control-Expose-Headers"); exposed != "" {
			a.set("Access-Control-Expose-Headers", exposed+", Next-Cursor")
		}
	}
	if a.status == http.StatusRequestedRangeNotSatisfiable {
		a.replace(problem.PostgRESTBody(&problem.Problem{Code: "PGRST103", Message: "Requested range not satisfiable", Details: problem.Text(
			"An offset of " + strconv.FormatInt(lo, 10) + " was requested, but there are only " + strconv.FormatInt(max(res.total, 0), 10) + " rows.")}))
	}
	if st.Void {
		a.status, a.length = http.StatusNoContent, false
		a.replace(nil)
		return
	}
	rq.setContentType(a, st)
	if rq.head {
		a.length = false
		a.replace(nil)
	}
}

func (rq *request) respondWrite(a *answer, st *statement, res *result) {
	total := int64(-1)
	if rq.prefer.count == "exact" || rq.prefer.count == "estimated" {
		total = res.page
	}
	full := rq.prefer.rep == "representation"
	if full {
		rq.setContentType(a, st)
	} else {
		a.replace(nil)
	}
	switch rq.op {
	case opInsert:
		a.status = http.StatusCreated
		if rq.prefer.resolution == "merge-duplicates" && res.inserted <= 0 {
			a.status = http.StatusOK
		}
		a.set("Content-Range", contentRange(1, 0, total))
		if location := locationQuery(res.location); location != "" {
			a.set("Location", "/"+rq.name+location)
		}
		return
	case opUpdate:
		a.status = http.StatusOK
		a.set("Content-Range", contentRange(0, res.page-1, total))
	case opDelete:
		a.status = http.StatusOK
		a.set("Content-Range", contentRange(1, 0, total))
	case opPut:
		a.status = http.StatusOK
		if res.inserted > 0 {
			a.status = http.StatusCreated
		}
	}
	if !full {
		a.status, a.length = http.StatusNoContent, false
	}
}

// locationQuery renders the key of an inserted row as a query string.
func locationQuery(pairs []byte) string {
	if len(pairs) == 0 {
		return ""
	}
	var list [][2]string
	if json.Unmarshal(pairs, &list) != nil || len(list) == 0 {
		return ""
	}
	b := []byte{'?'}
	for i, p := range list {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(appendEscaped(b, p[0]), '=')
		b = appendEscaped(b, p[1])
	}
	return string(b)
}

// override applies what the user's functions asked for by response.headers and response.status.
func (a *answer) override(res *result) error {
	if res.status != "" {
		digits := strings.TrimLeft(res.status, "0123456789")
		n, err := strconv.Atoi(strings.TrimSuffix(res.status, digits))
		if err != nil || n < 100 || n > 999 {
			return refusal(http.StatusInternalServerError, "PGRST112", "response.status guc must be a valid status code", "", "")
		}
		a.status = n
	}
	if res.headers == nil {
		return nil
	}
	var list []map[string]string
	err := json.Unmarshal(res.headers, &list)
	for _, m := range list {
		if len(m) != 1 {
			err = http.ErrNotSupported
		}
	}
	if err != nil {
		return refusal(http.StatusInternalServerError, "PGRST111",
			"response.headers guc must be a JSON array composed of objects with a single key and a string value", "", "")
	}
	asked := http.Header{}
	for _, m := range list {
		for k, v := range m {
			if validHeader(k, v) {
				asked.Add(k, v)
			}
		}
	}
	for k, v := range asked {
		a.header[k] = v
	}
	return nil
}

// validHeader keeps a function from splitting the response.
func validHeader(k, v string) bool {
	return k != "" && !strings.ContainsAny(k, " \r\n\t:") && !strings.ContainsAny(v, "\r\n\x00")
}
