package server

import (
	"context"
	"encoding/json"
	"fmt"

	"howdah/server/config"
)

const configureHooksSQL = `select status, body from auth.configure_hooks(_functions => $1)`

// configureHooks registers the functions that HOOK_*_URI name: only the owner may,
// for they run as the platform's.
func configureHooks(ctx context.Context, c *config.Config, ownerURL string) error {
	functions := []map[string]string{}
	for _, hook := range c.Auth.Hooks.List() {
		if hook.Function != "" {
			functions = append(functions, map[string]string{"event": hook.Event, "function": hook.Function})
		}
	}
	list, err := json.Marshal(functions)
	if err == nil {
		_, err = askOwner(ctx, ownerURL, configureHooksSQL, json.RawMessage(list))
	}
	if err != nil {
		return fmt.Errorf("HOOK_*_URI: %w", err)
	}
	return nil
}
