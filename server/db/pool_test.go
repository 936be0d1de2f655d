package db_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/db/dbtest"
)

func TestAsideOutlivesItsConnections(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	pool, err := db.Open(t.Context(), d.URL, config.DB{PoolMax: 1, AcquireTimeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	pid := func(conn *pgxpool.Conn) (pid int, err error) {
		err = conn.QueryRow(t.Context(), `select pg_backend_pid()`).Scan(&pid)
		return pid, err
	}
	var pids []int
	if err := pool.EachAside(t.Context(), func(conn *pgxpool.Conn) error {
		one, err := pid(conn)
		pids = append(pids, one)
		return err
	}); err != nil || len(pids) != 2 || pids[0] == pids[1] {
		t.Fatalf("aside are %v: %v", pids, err)
	}
	var ended int
	if err := d.Owner(t).QueryRow(t.Context(), `select count(*) filter (where pg_terminate_backend(p, 5000)) from unnest($1::int[]) p`, pids).
		Scan(&ended); err != nil || ended != 2 {
		t.Fatalf("ended %d: %v", ended, err)
	}
	calls, now := 0, 0
	if err := pool.Aside(t.Context(), func(conn *pgxpool.Conn) (err error) {
		calls++
		now, err = pid(conn)
		return err
	}); err != nil || now == 0 || now == pids[0] || now == pids[1] {
		t.Errorf("after both ended: backend %d in call %d: %v", now, calls, err)
	}
	refused := errors.New("no")
	calls = 0
	if err := pool.Aside(t.Context(), func(*pgxpool.Conn) error { calls++; return refused }); !errors.Is(err, refused) || calls != 1 {
		t.Errorf("what is refused by a living connection is asked %d times: %v", calls, err)
	}
}
