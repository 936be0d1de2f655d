package rest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"net/http"
)

// A cursor is where a page ended: the values of what it was ordered by, as text,
// behind a checksum of the request's table and order. It is no secret and no
// proof: whoever makes one up reads no more than by a filter.
const maxCursor = 8 << 10

func badCursor() error {
	return refusal(http.StatusBadRequest, "PGRST100", "The cursor does not fit this request", "", "Begin again with Prefer: cursor.")
}

// keyset takes Prefer: cursor into a read: the cursor's values are literals, and
// which of them are null is part of the shape.
func (rq *request) keyset() error {
	if !rq.prefer.cursor || rq.op != opRead {
		return nil
	}
	if rq.top.lo != 0 {
		return refusal(http.StatusBadRequest, "PGRST100", "A cursor goes with a limit, not with an offset", "", "Leave the offset away; the cursor says where the page begins.")
	}
	if rq.prefer.after == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(rq.prefer.after)
	if err != nil || len(raw) < 4 || len(raw) > maxCursor || binary.BigEndian.Uint32(raw) != rq.keysetSum() {
		return badCursor()
	}
	var values []*string
	if json.Unmarshal(raw[4:], &values) != nil || len(values) == 0 {
		return badCursor()
	}
	for _, v := range values {
		switch {
		case v == nil:
			rq.after = append(rq.after, 0)
		case !validText(*v):
			return badCursor()
		default:
			rq.after = append(rq.after, rq.lits.add(*v))
		}
	}
	return nil
}

// keysetSum tells cursors of other tables and orders apart.
func (rq *request) keysetSum() uint32 {
	w := shapeWriter{b: []byte("[")}
	w.list("of", []string{rq.schema, rq.name})
	w.members(&node{order: rq.root.order})
	return crc32.ChecksumIEEE(w.b)
}

// nextCursor is the cursor behind the last row, whose values the statement answered.
func (rq *request) nextCursor(values []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint32(nil, rq.keysetSum()), values...))
}

func (w *shapeWriter) cursor(rq *request) {
	if !rq.prefer.cursor || rq.op != opRead {
		return
	}
	w.key("cursor")
	w.b = append(w.b, '{')
	if rq.after != nil {
		w.key("after")
		w.b = append(w.b, '[')
		for _, lit := range rq.after {
			w.comma()
			if lit == 0 {
				w.b = append(w.b, "null"...)
			} else {
				w.b = append(w.b, itoa(lit)...)
			}
		}
		w.b = append(w.b, ']')
	}
	w.b = append(w.b, '}')
}
