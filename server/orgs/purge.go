package orgs

import (
	"context"
	"time"

	"howdah/server/db"
)

const purgeSQL = `select 200 as status, to_jsonb(orgs.purge()) as body`

// purgeEvery is how often a node sweeps invites that nobody accepted.
const purgeEvery = 5 * time.Minute

// Run sweeps until ctx ends. That a sweep fails is logged; the next one follows.
func (s *Service) Run(ctx context.Context) {
	db.Repeat(ctx, purgeEvery, "purge orgs", func(ctx context.Context) error {
		_, err := db.Call(ctx, s.Pool, purgeSQL)
		return err
	})
}
