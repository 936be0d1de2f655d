package rest

import (
	"strconv"
	"sync"

	"howdah/server/db"
)

// result is what a statement answered. Text columns are as PostgreSQL wrote them.
type result struct {
	total    int64 // -1 for unknown
	page     int64
	headers  []byte // response.headers, nil for none
	status   string // response.status
	next     []byte // JSON list of the last row's key, for a cursor
	location []byte // JSON pairs of the inserted row's key
	inserted int64  // rows that an upsert inserted; -1 where nobody counted
	body     *[]byte
	spill    *db.Spill // the body, if it was too long for memory
}

var bodies = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

// Bodies that are longer lie in a temporary file until they are sent. So a
// request takes the same memory whatever it answers, nothing is sent before the
// transaction has committed, and a slow client holds no connection.
const maxHeldBody = 256 << 10

func (r *result) release() {
	if r == nil {
		return
	}
	r.spill.Close()
	if r.body != nil && cap(*r.body) <= 2*maxHeldBody {
		*r.body = (*r.body)[:0]
		bodies.Put(r.body)
	}
}

// take makes a long value that was spilled the body.
func (r *result) take(spill *db.Spill) error {
	r.spill = spill
	if spill == nil {
		return nil
	}
	return spill.Err()
}

// readResult takes the one row of a statement; a plan is many lines.
func readResult(p *db.Pipe, st *statement) (*result, error) {
	rr, err := p.Next()
	if err != nil {
		return nil, err
	}
	res := &result{total: -1, inserted: -1, body: bodies.Get().(*[]byte)} //nolint:forcetypeassert // the pool holds nothing else
	for rr.NextRow() {
		v := rr.Values()
		if st.Plan != nil {
			*res.body = append(append(*res.body, v[0]...), '\n')
			continue
		}
		if v[0] != nil {
			res.total = atoi(v[0])
		}
		res.page = atoi(v[1])
		at := st.bodyAt()
		*res.body = append(*res.body, v[at]...)
		res.headers = clone(v[at+1])
		res.status = string(v[at+2])
		if len(v) == cursorColumns {
			res.next = clone(v[5])
		}
		if len(v) == writeColumns {
			res.location = clone(v[2])
			if v[6] != nil {
				res.inserted = atoi(v[6])
			}
		}
	}
	if _, err := rr.Close(); err != nil {
		res.release()
		return nil, err
	}
	return res, nil
}

func clone(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append([]byte(nil), b...)
}

func atoi(b []byte) int64 {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
