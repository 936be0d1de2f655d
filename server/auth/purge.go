package auth

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"howdah/server/db"
)

const purgeSQL = `select 200 as status, to_jsonb(auth.purge_auth()) as body`

const sealAuditSQL = `select status, body from auth.seal_audit()`

// purgeEvery is how often a node sweeps what has expired, a batch at a time.
const purgeEvery = 5 * time.Minute

// Run sweeps until ctx ends, and seals the audit log; the seals stand in this
// process's own log too. That something fails is logged; the next time follows.
func (s *Service) Run(ctx context.Context) {
	db.Repeat(ctx, purgeEvery, "purge auth and seal its audit log", func(ctx context.Context) error {
		_, purged := db.Call(ctx, s.Pool, purgeSQL)
		sealed, err := db.Call(ctx, s.Pool, sealAuditSQL)
		if err == nil && sealed.Body != nil {
			slog.InfoContext(ctx, "audit log sealed", "seal", string(sealed.Body))
		}
		return errors.Join(purged, err)
	})
}
