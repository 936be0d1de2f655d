package orgs

import (
	"context"
	"log/slog"
	"time"

	"howdah/server/db"
)

const purgeSQL = `select 200 as status, to_jsonb(orgs.purge()) as body`

// purgeEvery is how often a node sweeps invites that nobody accepted.
const purgeEvery = 5 * time.Minute

// Run sweeps until ctx ends. That a sweep fails is logged; the next one follows.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := db.Call(ctx, s.Pool, purgeSQL); err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "purge orgs", "cause", err)
			}
		}
	}
}
