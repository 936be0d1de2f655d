package db

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// prepared is what a connection has prepared, by name.
type prepared struct {
	names map[string]*preparedStatement
	clock uint64
	lost  []string // forgotten, and maybe there all the same
}

type preparedStatement struct {
	used uint64                       // when, by the connection's clock
	is   *pgconn.StatementDescription // nil until the server has described it
}

func (p *Pipe) evict() {
	if len(p.known.names) < maxPrepared {
		return
	}
	oldest, at := "", ^uint64(0)
	for name, known := range p.known.names {
		if known.used < at {
			oldest, at = name, known.used
		}
	}
	delete(p.known.names, oldest)
	p.deallocate(oldest)
}

func (p *Pipe) deallocate(name string) {
	p.pl.SendDeallocate(name)
	p.pending = append(p.pending, pendingResult{prepare: "-"})
}

// drain reads what nobody waits for, to know what was prepared: after an error
// the server skips all up to the sync.
func (p *Pipe) drain() {
	for p.synced && len(p.pending) > 0 && p.Skip() == nil {
		continue
	}
	for _, skipped := range p.pending {
		delete(p.known.names, skipped.prepare)
	}
}

// doubt forgets what is believed to be prepared when the connection says
// otherwise: it is prepared anew on the next use.
func (p *Pipe) doubt(err error) {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "26000" && pg.Code != "42P05" {
		return
	}
	for name := range p.known.names {
		p.known.lost = append(p.known.lost, name)
	}
	clear(p.known.names)
}
