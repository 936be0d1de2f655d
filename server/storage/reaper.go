package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"howdah/server/db"
)

// sweepAge is how old bytes must be before it counts against them that no row
// names them: a large upload notes its row first, but a small one and a part
// their bytes.
const sweepAge = 24 * time.Hour

// firstSweep is how long a server runs before it sweeps, then daily: one that is
// restarted each day sweeps all the same.
const firstSweep = time.Hour

const reapBatch = 500

// Keeper brings rows and bytes into line.
type Keeper struct {
	Pool    *db.Pool
	Backend Backend
}

// reapLoop deletes what SQL has queued, which is due after a minute. After
// an hour, and once a day, it looks for bytes that no row names.
func (s *Service) reapLoop(ctx context.Context) {
	tick := time.NewTicker(s.Config.ReapInterval)
	defer tick.Stop()
	sweep := time.NewTimer(firstSweep)
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, err = s.keeper.Reap(ctx)
		case <-sweep.C:
			_, err = s.keeper.Sweep(ctx, sweepAge, true)
			sweep.Reset(sweepAge)
		}
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "reaping storage failed and is tried again", "error", err)
		}
	}
}

const (
	reapSQL    = `select * from storage.reap(_batch => $1) as version`
	reapedSQL  = `select status, body from storage.reaped(_versions => $1::uuid[])`
	unknownSQL = `select * from storage.versions_unknown(_versions => $1::uuid[]) as version`
)

// Reap deletes the bytes that are due and answers how many.
func (k *Keeper) Reap(ctx context.Context) (int, error) {
	total := 0
	for {
		due, err := k.versions(ctx, reapSQL, reapBatch)
		if err != nil || len(due) == 0 {
			return total, err
		}
		if err := k.Backend.Delete(ctx, due); err != nil {
			return total, err // their lease ends, and they come back
		}
		if err := fault("bytes reaped"); err != nil {
			return total, err
		}
		if _, err := db.Call(ctx, k.Pool, reapedSQL, texts(due)); err != nil {
			return total, err
		}
		total += len(due)
	}
}

func (k *Keeper) versions(ctx context.Context, sql string, arg any) ([]uuid.UUID, error) {
	rows, err := k.Pool.Query(ctx, sql, arg)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func texts(ids []uuid.UUID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

// Sweep finds bytes that are older than age and that no row names, deletes
// them if told to, and answers how many there were.
func (k *Keeper) Sweep(ctx context.Context, age time.Duration, repair bool) (int, error) {
	total, batch := 0, make([]uuid.UUID, 0, reapBatch)
	flush := func() error {
		unknown, err := k.versions(ctx, unknownSQL, texts(batch))
		if err == nil && repair && len(unknown) > 0 {
			err = k.Backend.Delete(ctx, unknown)
		}
		total += len(unknown)
		batch = batch[:0]
		return err
	}
	err := k.Backend.Walk(ctx, func(id uuid.UUID, modified time.Time) error {
		if time.Since(modified) < age {
			return nil
		}
		if batch = append(batch, id); len(batch) < reapBatch {
			return nil
		}
		return flush()
	})
	return total, errors.Join(err, flush())
}

const versionLostSQL = `select status, body from storage.version_lost(_version => $1)`

// Lost finds objects whose bytes are gone or of another size, deletes their
// rows if told to, and calls note for each.
func (k *Keeper) Lost(ctx context.Context, repair bool, note func(path string)) error {
	return k.each(ctx, func(o row) error {
		blob, err := k.Backend.Open(ctx, o.Version)
		if err == nil {
			size := blob.Size()
			if err := blob.Close(); err != nil {
				return err
			}
			if size == o.Size {
				return nil
			}
		} else if !errors.Is(err, ErrNoBytes) {
			return err
		}
		note(fullPath(o.Bucket, o.Name))
		if repair {
			_, err = db.Call(ctx, k.Pool, versionLostSQL, o.Version)
			return err
		}
		return nil
	})
}

type row struct {
	Version uuid.UUID `db:"version"`
	Size    int64     `db:"size"`
	Bucket  string    `db:"bucket_id"`
	Name    string    `db:"name"`
}

const versionsAfterSQL = `select version, size, bucket_id, name from storage.versions_after(_after => $1)`

// each calls fn for every object, in order of version.
func (k *Keeper) each(ctx context.Context, fn func(row) error) error {
	return eachAfter(ctx, k.Pool, uuid.Nil, fn)
}

func eachAfter(ctx context.Context, pool *db.Pool, after uuid.UUID, fn func(row) error) error {
	for {
		rows, err := pool.Query(ctx, versionsAfterSQL, after)
		if err != nil {
			return fmt.Errorf("list versions: %w", err)
		}
		page, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
		if err != nil || len(page) == 0 {
			return err
		}
		for _, o := range page {
			if err := fn(o); err != nil {
				return err
			}
			after = o.Version
		}
	}
}
