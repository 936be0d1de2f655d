package realtime

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
)

// cursor is a place in the outbox: everything that the snapshot prev saw was
// delivered, and of what cur saw, everything up to the id last.
type cursor struct {
	prev, cur string
	last      int64
}

var errCursor = errors.New("cursor is malformed")

func (c cursor) String() string { return strconv.FormatInt(c.last, 10) + "/" + c.prev + "/" + c.cur }

func parseCursor(text string) (cursor, error) {
	parts := strings.Split(text, "/")
	if len(parts) != 3 {
		return cursor{}, errCursor
	}
	c := cursor{prev: parts[1], cur: parts[2]}
	var err error
	if c.last, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
		return cursor{}, errCursor
	}
	for _, s := range []string{c.prev, c.cur} {
		if _, err := parseSnapshot(s); err != nil {
			return cursor{}, err
		}
	}
	return c, nil
}

// snapshot is a pg_snapshot: which transactions had committed.
type snapshot struct {
	text       string
	xmin, xmax uint64
	running    []uint64
}

// mostRunning is more transactions than run at once anywhere. Each is looked up
// when a cursor is resumed from, and a cursor is the client's to write.
const mostRunning = 10_000

// parseSnapshot takes what PostgreSQL takes, and nothing else: what that refused
// later would look like a fault of its own.
func parseSnapshot(text string) (snapshot, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return snapshot{}, errCursor
	}
	s := snapshot{text: text}
	var err1, err2 error
	s.xmin, err1 = strconv.ParseUint(parts[0], 10, 64)
	s.xmax, err2 = strconv.ParseUint(parts[1], 10, 64)
	if err := errors.Join(err1, err2); err != nil || s.xmin > s.xmax || s.xmin == 0 || s.xmax > math.MaxInt64 ||
		strings.Count(parts[2], ",") >= mostRunning {
		return snapshot{}, errCursor
	}
	if parts[2] == "" {
		return s, nil
	}
	least := s.xmin
	for _, x := range strings.Split(parts[2], ",") {
		xid, err := strconv.ParseUint(x, 10, 64)
		if err != nil || xid < least || xid >= s.xmax {
			return snapshot{}, errCursor
		}
		least = xid
		s.running = append(s.running, xid)
	}
	return s, nil
}

// saw says whether a transaction's effects are in the snapshot.
func (s *snapshot) saw(xid uint64) bool {
	return xid < s.xmin || xid < s.xmax && !slices.Contains(s.running, xid)
}
