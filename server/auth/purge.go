package auth

import (
	"context"
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
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := db.Call(ctx, s.Pool, purgeSQL); err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "purge auth", "cause", err)
			}
			sealed, err := db.Call(ctx, s.Pool, sealAuditSQL)
			switch {
			case err != nil && ctx.Err() == nil:
				slog.WarnContext(ctx, "seal the audit log", "cause", err)
			case err == nil && sealed.Body != nil:
				slog.InfoContext(ctx, "audit log sealed", "seal", string(sealed.Body))
			}
		}
	}
}
