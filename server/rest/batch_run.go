package rest

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"

	"howdah/server/db"
	"howdah/server/problem"
)

// resetSQL takes back what the request before asked for and counted.
const resetSQL = `select set_config('response.headers', '', true), set_config('response.status', '', true),` +
	` set_config('pgrst.inserted', '', true), set_config('rest.affected', '', true)`

// batchRun is a batch on its connection.
type batchRun struct {
	s        *Service
	p        *db.Pipe
	items    []batchItem
	caller   db.Caller // whom all run as, with the session to be looked up
	readOnly bool
	read     int // items whose results have been read
	unread   int // results before the first item's
	size     int
}

// runBatch compiles what is new and runs the batch in one transaction. It goes
// out in one piece, but for requests that refer to answers: these wait for them.
func (s *Service) runBatch(ctx context.Context, items []batchItem, caller *db.Caller, own *prefer) error {
	if len(items) == 0 {
		return nil
	}
	cached := false
	for i := range items {
		st, was, err := s.statement(ctx, items[i].shape)
		if err != nil {
			return &itemError{i, err}
		}
		items[i].job.st = st
		cached = cached || was
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	err = s.tryBatch(ctx, conn, items, caller, own)
	if err != nil && cached && stale(err) { // as for single requests
		for i := range items {
			if items[i].job.st, err = s.compile(ctx, items[i].shape, items[i].job.st); err != nil {
				return &itemError{i, err}
			}
		}
		err = s.tryBatch(ctx, conn, items, caller, own)
	}
	return err
}

func (s *Service) tryBatch(ctx context.Context, conn *pgxpool.Conn, items []batchItem, caller *db.Caller, own *prefer) error {
	b := &batchRun{s: s, items: items, caller: *caller, readOnly: true}
	if err := b.caller.ResolveKey(ctx, conn); err != nil { // each request takes the role anew: Go must know it
		return err
	}
	isolation := ""
	for i := range items {
		level, err := s.prepare(ctx, conn, job{rq: items[i].job.rq, st: items[i].job.st, caller: &b.caller})
		if err != nil {
			return err
		}
		if isolation == "" {
			isolation = level
		}
		b.readOnly = b.readOnly && items[i].job.st.ReadOnly
		items[i].value, items[i].answer = nil, nil
	}
	b.caller.ReadOnly, b.caller.Settings = false, nil
	b.p = db.NewPipe(ctx, conn)
	defer b.p.Close(ctx)
	b.p.SpillOver(maxHeldBody, db.AnyColumn)
	b.p.Exec(begin(isolation))
	b.p.As(&b.caller)
	b.unread = 1 + b.caller.Prelude()
	b.caller.SessionID, b.caller.UserID, b.caller.RoleSettings = "", "", nil
	if err := b.requests(); err != nil {
		b.p.Exec("rollback")
		_ = b.p.Sync() // Close reads to the end, or drops the connection
		return err
	}
	end := "commit"
	if s.rollsBack(own) {
		end = "rollback"
	}
	s.queueEnd(b.p, end)
	if err := b.p.Sync(); err != nil {
		return err
	}
	if err := skip(b.p, endings(end)); err != nil {
		return err
	}
	return b.p.Done()
}

// requests sends all items and reads their answers.
func (b *batchRun) requests() error {
	for i := range b.items {
		it := &b.items[i]
		if it.refers {
			if err := b.collect(i); err != nil {
				return err
			}
			if err := b.s.parseItem(b.items, i, answered); err != nil {
				return &itemError{i, err}
			}
		}
		it.job.caller = b.as(it.job)
		b.p.As(it.job.caller)
		b.p.Query("rest_reset", resetSQL, nil, nil, nil)
		b.s.queue(b.p, it.job)
	}
	return b.collect(len(b.items))
}

// as is the caller as one item's request.
func (b *batchRun) as(j job) *db.Caller {
	c := b.caller
	c.Method, c.Path, c.Headers, c.SearchPath, c.Settings = j.caller.Method, j.caller.Path, j.caller.Headers, j.caller.SearchPath, j.caller.Settings
	c.ReadOnly = b.readOnly
	if j.st.settings != nil {
		c.Settings = mergeJSON(c.Settings, j.st.settings)
	}
	return &c
}

// collect reads the answers of the items before end that have been sent.
func (b *batchRun) collect(end int) error {
	if b.read == end {
		return nil
	}
	if err := b.p.Flush(); err != nil {
		return err
	}
	if err := skip(b.p, b.unread); err != nil {
		return err
	}
	for b.unread = 0; b.read < end; b.read++ {
		if err := b.one(&b.items[b.read]); err != nil {
			return &itemError{b.read, err}
		}
	}
	return nil
}

func (b *batchRun) one(it *batchItem) error {
	if err := skip(b.p, it.job.caller.Prelude()+1); err != nil {
		return err
	}
	res, err := b.s.collect(b.p, it.job)
	if err != nil {
		return err
	}
	defer res.release()
	if err := res.take(b.p.Spilled()); err != nil {
		return err
	}
	if b.size += len(*res.body); res.spill != nil || b.size > maxBatchAnswer {
		return refusal(http.StatusRequestEntityTooLarge, "PGRST102", "The answers of the batch are too long", "",
			"Select less, set a limit, or ask for long answers alone: "+itoa(maxHeldBody)+" bytes are the most for one request, "+itoa(maxBatchAnswer)+" for all.")
	}
	a, err := it.job.rq.respond(it.job.st, res, http.Header{})
	if err != nil {
		return err
	}
	if a.status >= http.StatusBadRequest {
		return refused(a)
	}
	return it.marshal(a)
}

// refused is an answer that undoes the batch as an error.
func refused(a *answer) error {
	p := problem.New(a.status, "PGRST102", "A request of the batch answered "+itoa(a.status))
	p.Details = problem.Text(string(a.body))
	return p
}
