package token

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// lookEvery is how soon a changed keyset is in use.
const lookEvery = 2 * time.Second

// Run takes over what changes in the keyset's file until ctx ends, so that keys
// and secrets rotate without a restart. A keyset that cannot be used changes
// nothing and is logged once.
func (r *Ring) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var last []byte
	for {
		text, err := os.ReadFile(filepath.Join(r.dir, keysetFile))
		if err == nil && !bytes.Equal(text, last) {
			first := last == nil
			last = text
			switch err := r.Reload(); {
			case err != nil:
				slog.ErrorContext(ctx, "the keyset changed and cannot be used; the one before stays", "error", err)
			case !first:
				slog.InfoContext(ctx, "the keyset changed and is in use")
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Reload reads the keyset anew.
func (r *Ring) Reload() error {
	set, err := loadKeyset(r.dir)
	if err != nil {
		return err
	}
	return r.hold(set)
}
