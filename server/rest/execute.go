package rest

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"howdah/server/db"
)

// job is a request with its statement, on its way through a pipeline.
type job struct {
	rq     *request
	st     *statement
	caller *db.Caller
}

// run answers a request: compile if the shape is new, then one round trip.
func (s *Service) run(ctx context.Context, rq *request, caller *db.Caller) (*statement, *result, error) {
	began := time.Now()
	if rq.key == "" {
		var buf [512]byte
		rq.key = string(rq.shape(buf[:0]))
	}
	st, cached, err := s.statement(ctx, rq.key)
	if err != nil {
		return nil, nil, err
	}
	rq.planned = time.Since(began)
	if rq.op == opInfo {
		return st, nil, nil
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer conn.Release()
	res, err := s.execute(ctx, conn, job{rq, st, caller})
	if err != nil && cached && stale(err) {
		// The catalog may have moved on since the shape was compiled, before the
		// news of it came. What failed has been rolled back.
		again, compileErr := s.compile(ctx, rq.key, st)
		if compileErr != nil {
			return nil, nil, compileErr
		}
		if again.SQL != st.SQL || lost(err) {
			st = again
			res, err = s.execute(ctx, conn, job{rq, st, caller})
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
	case "42703", "42P01", "42883", "42804", "42P10", "42704", "3F000", "0A000", "26000", "42P05":
		return true
	}
	return false
}

// lost says whether a prepared statement went away, or must be prepared anew.
func lost(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "26000" || pg.Code == "42P05" || pg.Code == "0A000" || pg.Code == "42804" || pg.Code == "42883")
}

// execute runs one request in a transaction of its own.
func (s *Service) execute(ctx context.Context, conn *pgxpool.Conn, j job) (*result, error) {
	c := *j.caller
	j.caller = &c
	if j.checked() || len(j.st.Steps) > 0 { // which puts the role down and takes it again: Go must know it
		if err := c.ResolveKey(ctx, conn); err != nil {
			return nil, err
		}
	}
	isolation, err := s.prepare(ctx, conn, j)
	if err != nil {
		return nil, err
	}
	p := db.NewPipe(ctx, conn)
	defer p.Close(ctx)
	p.SpillOver(maxHeldBody, j.st.bodyAt())
	end := "commit"
	if s.rollsBack(&j.rq.prefer) {
		end = "rollback"
	}
	// Without begin a pipeline is one transaction up to its sync.
	begun := end == "rollback" || isolation != ""
	if begun {
		p.Exec(begin(isolation))
	}
	p.As(&c)
	s.queue(p, j)
	if begun {
		s.queueEnd(p, end)
	}
	if err := p.Sync(); err != nil {
		return nil, err
	}
	before, after := c.Prelude(), 0
	if begun {
		before++
		after = endings(end)
	}
	if err := skip(p, before); err != nil {
		return nil, err
	}
	res, err := s.collect(p, j)
	if err != nil {
		return nil, err
	}
	if err = skip(p, after); err == nil {
		err = p.Done()
	}
	if err == nil {
		err = res.take(p.Spilled())
	}
	if err != nil {
		res.release()
		return nil, err
	}
	return res, nil
}

// prepare completes the caller of a job with what its role and its statement
// bring along, and answers the isolation level; empty for the default.
func (s *Service) prepare(ctx context.Context, conn *pgxpool.Conn, j job) (string, error) {
	c := j.caller
	c.ReadOnly = j.st.ReadOnly
	c.Unprepared = s.cfg.Unprepared()
	if j.st.settings != nil {
		c.Settings = mergeJSON(c.Settings, j.st.settings)
	}
	var level string
	var err error
	c.RoleSettings, level, err = s.settingsOf(ctx, conn, c.Role)
	return cmp.Or(j.st.isolation, level), err
}

func begin(isolation string) string {
	switch isolation {
	case "serializable", "repeatable read", "read committed":
		return "begin isolation level " + isolation
	}
	return "begin"
}

// queueEnd ends a transaction that was begun. What is deferred must speak up
// before a rollback too: it stands for a commit.
func (s *Service) queueEnd(p *db.Pipe, end string) {
	if end == "rollback" {
		p.Exec("set constraints all immediate")
	}
	p.Exec(end)
}

func endings(end string) int {
	if end == "rollback" {
		return 2
	}
	return 1
}

func skip(p *db.Pipe, n int) error {
	for range n {
		if err := p.Skip(); err != nil {
			return err
		}
	}
	return nil
}

// queue sends what a request does, as the caller that the pipeline has become.
func (s *Service) queue(p *db.Pipe, j job) {
	rq, st := j.rq, j.st
	if s.preRequestSQL != "" {
		p.Query("rest_pre_request", s.preRequestSQL, nil, nil, nil)
	}
	var formats []int16
	if rq.lits.binary > 0 {
		formats = make([]int16, len(rq.lits.values))
		formats[rq.lits.binary-1] = 1
	}
	for i, step := range st.Steps {
		p.Query(st.id+"_"+strconv.Itoa(i), step.SQL, step.Types, rq.lits.values, nil)
	}
	if len(st.Steps) > 0 {
		none := []byte("0")
		p.Query("rest_check_role", checkRoleSQL, nil, nil, nil)
		p.Query("rest_check", checkSQL, nil, [][]byte{none, none, []byte(swallowed), []byte("400"), []byte(j.caller.Role)}, nil)
	}
	p.Query(st.id, st.SQL, st.Types, rq.lits.values, formats, st.formats...)
	if st.CountSQL != "" {
		p.Query(st.id+"_count", st.CountSQL, st.CountTypes, rq.lits.values, formats)
	}
	if j.checked() {
		least, most, code, status := rq.bounds()
		p.Query("rest_check_role", checkRoleSQL, nil, nil, nil)
		p.Query("rest_check", checkSQL, nil, [][]byte{least, most, []byte(code), []byte(status), []byte(j.caller.Role)}, nil)
	}
}

func (j job) checked() bool { return j.st.Plan == nil && j.rq.checked() }

// collect reads what queue sent.
func (s *Service) collect(p *db.Pipe, j job) (*result, error) {
	if s.preRequestSQL != "" {
		if err := p.Skip(); err != nil {
			return nil, err
		}
	}
	if n := len(j.st.Steps); n > 0 {
		if err := skip(p, n+2); err != nil {
			return nil, j.rq.checkError(err)
		}
	}
	res, err := readResult(p, j.st)
	if err != nil {
		return nil, err
	}
	if j.st.CountSQL != "" {
		var rows int64
		if rows, err = plannedRows(p); err == nil {
			res.estimate(rows, j.rq.prefer.count, s.cfg.MaxRows)
		}
	}
	if err == nil && j.checked() {
		if err = skip(p, 2); err != nil {
			err = j.rq.checkError(err)
		}
	}
	if err != nil {
		res.release()
		return nil, err
	}
	return res, nil
}

// rollsBack says whether a transaction ends in rollback.
func (s *Service) rollsBack(p *prefer) bool {
	return p.tx == "rollback" || s.cfg.TxRollback() && p.tx != "commit"
}
