package db

import (
	"context"
	"log/slog"
	"time"
)

// Repeat calls fn every so often until ctx ends, for the first time after the
// first wait. That it fails is logged under what; the next time follows.
func Repeat(ctx context.Context, every time.Duration, what string, fn func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := fn(ctx); err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "failed, and is tried again", "what", what, "cause", err)
			}
		}
	}
}
