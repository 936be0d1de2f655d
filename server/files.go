package server

import (
	"context"
	"errors"
	"time"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/storage"
	"howdah/server/token"
)

// StorageReport is what `howdah storage reap` found.
type StorageReport struct {
	Reaped  int      `json:"reaped"`
	Orphans int      `json:"orphans"` // bytes that no row names
	Lost    []string `json:"lost"`    // objects whose bytes are gone
}

// ReapStorage deletes the bytes that are due, finds bytes without rows and
// rows without bytes, and with repair deletes those as well.
func ReapStorage(ctx context.Context, c *config.Config, url string, repair bool) (StorageReport, error) {
	report := StorageReport{Lost: []string{}}
	pool, err := db.Open(ctx, url, c.DB)
	if err != nil {
		return report, err
	}
	defer pool.Close()
	backend, err := storage.NewBackend(c.Storage)
	if err != nil {
		return report, err
	}
	keeper := &storage.Keeper{Pool: pool, Backend: backend}
	if report.Reaped, err = keeper.Reap(ctx); err != nil {
		return report, err
	}
	if report.Orphans, err = keeper.Sweep(ctx, 24*time.Hour, repair); err != nil {
		return report, err
	}
	err = keeper.Lost(ctx, repair, func(path string) { report.Lost = append(report.Lost, path) })
	return report, err
}

// MigrateStorage copies all bytes from one kind of backend to the other.
func MigrateStorage(ctx context.Context, c *config.Config, url, from, to string, verify bool, note func(string)) (storage.Moved, error) {
	pool, err := db.Open(ctx, url, c.DB)
	if err != nil {
		return storage.Moved{}, err
	}
	defer pool.Close()
	source, target := c.Storage, c.Storage
	source.Backend, target.Backend = from, to
	a, errA := storage.NewBackend(source)
	b, errB := storage.NewBackend(target)
	if err := errors.Join(errA, errB); err != nil {
		return storage.Moved{}, err
	}
	return storage.Migrate(ctx, pool, a, b, verify, note)
}

// S3Keys is the secrets of the S3 endpoint, by access key.
func S3Keys(c *config.Config) (map[string]string, error) {
	ring, err := token.Open(c.KeysDir(), c.Auth)
	if err != nil {
		return nil, err
	}
	keys := map[string]string{}
	for _, name := range storage.S3AccessKeys {
		keys[name] = storage.S3Secret(ring, name)
	}
	return keys, nil
}

func storageChecked(ctx context.Context, c *config.Config) Finding {
	f := Finding{Check: "the storage backend (" + c.Storage.Kind() + ") can be used", OK: true}
	backend, err := storage.NewBackend(c.Storage)
	if err == nil {
		err = backend.Check(ctx)
	}
	if err != nil {
		f.OK, f.Detail, f.Fix = false, err.Error(), "see STORAGE_* in `howdah config`"
	}
	return f
}
