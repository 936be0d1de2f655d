package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	roleSettingsSQL = `select rest.role_settings()`
	// ALTER ROLE fires no event trigger, so what roles bring is read again after this time.
	roleSettingsTTL = 30 * time.Second
)

// roleSettings are the settings of roles as they were at a time.
type roleSettings struct {
	at        time.Time
	epoch     uint64 // of the statement cache
	byRole    map[string]json.RawMessage
	isolation map[string]string
}

// settingsOf is what a role brings along: settings as a JSON object, nil for
// none, and the isolation level of its transactions.
func (s *Service) settingsOf(ctx context.Context, conn *pgxpool.Conn, role string) ([]byte, string, error) {
	known := s.roles.Load()
	if known == nil || time.Since(known.at) > roleSettingsTTL || known.epoch != s.cache.epoch.Load() {
		fresh := &roleSettings{at: time.Now(), epoch: s.cache.epoch.Load(), isolation: map[string]string{}, byRole: map[string]json.RawMessage{}}
		var answer map[string]map[string]string
		if err := conn.QueryRow(ctx, roleSettingsSQL).Scan(&answer); err != nil {
			return nil, "", fmt.Errorf("read the settings of roles: %w", err)
		}
		for name, settings := range answer {
			if level, ok := settings["default_transaction_isolation"]; ok {
				fresh.isolation[name] = level
				delete(settings, "default_transaction_isolation")
			}
			if len(settings) > 0 {
				fresh.byRole[name], _ = json.Marshal(settings) //nolint:errchkjson // strings always encode
			}
		}
		s.roles.Store(fresh)
		known = fresh
	}
	return known.byRole[role], known.isolation[role], nil
}
