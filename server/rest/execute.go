package rest

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"howdah/server/db"
)

// result is what a statement answered. Text columns are as PostgreSQL wrote them.
type result struct {
	total    int64 // -1 for unknown
	page     int64
	headers  []byte // response.headers, nil for none
	status   string // response.status
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

const (
	checkRoleSQL = `select set_config('role', 'none', true)`
	checkSQL     = `select rest.check_affected(_least => $1, _most => $2, _code => $3, _status => $4), set_config('role', $5, true)`
)

// run answers a request: compile if the shape is new, then one round trip.
func (s *Service) run(ctx context.Context, rq *request, caller *db.Caller) (*statement, *result, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer conn.Release()
	shape := rq.shape(make([]byte, 0, 512))
	st, cached := s.cache.get(shape)
	if !cached {
		if st, err = s.compile(ctx, conn, shape); err != nil {
			return nil, nil, err
		}
	}
	if rq.op == opInfo {
		return st, nil, nil
	}
	res, err := s.execute(ctx, conn, rq, st, caller)
	if err != nil && cached && stale(err) {
		// The catalog may have moved on since the shape was compiled, before the
		// news of it came. What failed has been rolled back.
		again, compileErr := s.compile(ctx, conn, shape)
		if compileErr != nil {
			return nil, nil, compileErr
		}
		if again.SQL != st.SQL || lost(err) {
			st = again
			res, err = s.execute(ctx, conn, rq, st, caller)
		}
	}
	return st, res, err
}

// stale says whether an error may mean that a compiled statement is out of date.
func stale(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	switch pg.Code {
	case "42703", "42P01", "42883", "42804", "42P10", "42704", "3F000", "0A000", "26000":
		return true
	}
	return false
}

// lost says whether a prepared statement went away, or must be prepared anew.
func lost(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "26000" || pg.Code == "0A000" || pg.Code == "42804" || pg.Code == "42883")
}

func (s *Service) execute(ctx context.Context, conn *pgxpool.Conn, rq *request, st *statement, caller *db.Caller) (*result, error) {
	c := *caller
	c.ReadOnly = st.ReadOnly
	if st.settings != nil {
		c.Settings = mergeJSON(c.Settings, st.settings)
	}
	isolation := st.isolation
	var err error
	var level string
	if c.RoleSettings, level, err = s.settingsOf(ctx, conn, c.Role); err != nil {
		return nil, err
	}
	if isolation == "" {
		isolation = level
	}
	c.Unprepared = s.cfg.Unprepared()
	p := db.NewPipe(ctx, conn)
	defer p.Close(ctx)
	p.SpillOver(maxHeldBody)
	rollback := s.rollsBack(&rq.prefer)
	begun := rollback || isolation != ""
	if begun {
		begin := "begin"
		switch isolation {
		case "serializable", "repeatable read", "read committed":
			begin = "begin isolation level " + isolation
		}
		p.Exec(begin)
	}
	p.As(&c)
	if s.preRequestSQL != "" {
		p.Query("rest_pre_request", s.preRequestSQL, nil, nil, nil)
	}
	var formats []int16
	if rq.lits.binary > 0 {
		formats = make([]int16, len(rq.lits.values))
		formats[rq.lits.binary-1] = 1
	}
	p.Query(st.id, st.SQL, st.Types, rq.lits.values, formats, st.formats...)
	explain := st.CountSQL != ""
	if explain {
		p.Query(st.id+"_count", st.CountSQL, st.CountTypes, rq.lits.values, formats)
	}
	checked := st.Plan == nil && rq.checked()
	if checked {
		least, most, code, status := rq.bounds()
		p.Query("rest_check_role", checkRoleSQL, nil, nil, nil)
		p.Query("rest_check", checkSQL, nil, [][]byte{least, most, []byte(code), []byte(status), []byte(c.Role)}, nil)
	}
	if begun && rollback {
		p.Exec("set constraints all immediate")
		p.Exec("rollback")
	} else if begun {
		p.Exec("commit")
	}
	if err := p.Sync(); err != nil {
		return nil, err
	}
	return s.collect(p, rq, st, &c, begun, rollback, explain, checked)
}

func (s *Service) collect(p *db.Pipe, rq *request, st *statement, c *db.Caller, begun, rollback, explain, checked bool) (*result, error) {
	before := c.Prelude()
	if begun {
		before++
	}
	if s.preRequestSQL != "" {
		before++
	}
	for range before {
		if err := p.Skip(); err != nil {
			return nil, err
		}
	}
	res, err := readResult(p, st)
	if err != nil {
		return res, s.forget(p, err)
	}
	fail := func(err error) (*result, error) {
		res.release()
		return nil, err
	}
	if explain {
		rows, err := plannedRows(p)
		if err != nil {
			return fail(err)
		}
		res.estimate(rows, rq.prefer.count, s.cfg.MaxRows)
	}
	after := 0
	if checked {
		after += 2
	}
	if begun {
		after++
	}
	if rollback {
		after++
	}
	for i := range after {
		if err := p.Skip(); err != nil {
			if checked && i < 2 {
				err = rq.checkError(err)
			}
			return fail(err)
		}
	}
	if err := p.Done(); err != nil {
		return fail(err)
	}
	if res.spill = p.Spilled(); res.spill != nil && res.spill.Err() != nil {
		return fail(res.spill.Err())
	}
	return res, nil
}

func (s *Service) forget(p *db.Pipe, err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "26000" {
		p.Forget()
	}
	return err
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

// rollsBack says whether a transaction ends in rollback.
func (s *Service) rollsBack(p *prefer) bool {
	return p.tx == "rollback" || s.cfg.TxRollback() && p.tx != "commit"
}

// bounds are the row counts between which a write may commit.
func (rq *request) bounds() (least, most []byte, code, status string) {
	const any64 = "9223372036854775807"
	switch {
	case rq.op == opPut:
		return []byte("1"), []byte("1"), "PGRST115", "400"
	case rq.single():
		return []byte("1"), []byte("1"), "PGRST116", "406"
	case rq.prefer.strict() && rq.prefer.maxAffected >= 0:
		return []byte("0"), strconv.AppendInt(nil, rq.prefer.maxAffected, 10), "PGRST124", "400"
	}
	return []byte("0"), []byte(any64), "", "400"
}

// checkError words what rest.check_affected refused; its message is the count.
func (rq *request) checkError(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	rows := atoi([]byte(pg.Message))
	switch pg.ConstraintName {
	case "PGRST115":
		return putMismatch()
	case "PGRST116":
		return singularError(rows)
	case "PGRST124":
		return maxAffectedError(rows)
	}
	return err
}
