package jobs

import (
	"context"
	"log/slog"
	"time"

	"howdah/server/config"
	"howdah/server/db"
)

const housekeepSQL = `select jobs.housekeep(_mail => $1, _net => $2, _webhooks => $3) as more`

// housekeepEvery is how often a node sees to what is kept for so long.
const housekeepEvery = time.Minute

// Keeper forgets in time: finished jobs, messages, outbound requests, webhooks.
// Each server and each worker has one, so that an idle system forgets too; of
// all of them one at a time does.
type Keeper struct {
	Pool                *db.Pool
	Mail, Net, Webhooks time.Duration // how long each is kept
}

// NewKeeper keeps as long as the configuration has it.
func NewKeeper(pool *db.Pool, c *config.Config) *Keeper {
	return &Keeper{Pool: pool, Mail: c.Mail.Retention, Net: c.Outbound.Retention, Webhooks: c.Outbound.WebhookRetention}
}

// Run keeps house until ctx ends, for the first time at once. That a pass fails
// is logged; the next one follows.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(housekeepEvery)
	defer tick.Stop()
	for {
		if err := k.pass(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "housekeeping failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// pass forgets batch by batch, each a transaction, until one was not full.
func (k *Keeper) pass(ctx context.Context) error {
	if _, err := db.CallRow[struct{ Sweep bool }](ctx, k.Pool, sweepSQL); err != nil { // no worker may be there to do it
		return err
	}
	for range mostBatches {
		out, err := db.CallRow[struct{ More bool }](ctx, k.Pool, housekeepSQL, k.Mail, k.Net, k.Webhooks)
		if err != nil || !out.More {
			return err
		}
	}
	return nil
}

// mostBatches of a thousand rows of each kind are forgotten in one pass.
const mostBatches = 100
