package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"howdah/server/config"
)

func TestOnlyRestTakesPostgRESTsNamesAndDefaults(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("of a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		vars map[string]string
		ok   func(c *config.Config) bool
	}{
		{"nothing set", nil, func(c *config.Config) bool {
			return c.Server.Port == 3000 && c.Server.Host == "0.0.0.0" && c.Rest.AnonRole == "" && slices.Equal(c.Rest.CORSOrigins, []string{"*"}) &&
				slices.Equal(c.Rest.ExtraSearchPath, []string{"public"}) && c.DB.StatementTimeoutMS == 0 && c.Rest.BatchMax == 0
		}},
		{"their names", map[string]string{"PGRST_SERVER_PORT": "3001", "PGRST_SERVER_HOST": "*6", "PGRST_DB_POOL": "3", "PGRST_DB_POOL_ACQUISITION_TIMEOUT": "4", "PGRST_LOG_LEVEL": "crit"}, func(c *config.Config) bool {
			return c.Server.Port == 3001 && c.Server.Host == "::" && c.DB.PoolMax == 3 && c.DB.AcquireTimeout.Seconds() == 4 && c.Server.LogLevel == "error"
		}},
		{"our names", map[string]string{"PORT": "8001", "HOST": "127.0.0.1", "REST_BATCH_MAX": "7"}, func(c *config.Config) bool {
			return c.Server.Port == 8001 && c.PostgREST.AdminHost == "127.0.0.1" && c.Rest.BatchMax == 7
		}},
		{"an empty search path", map[string]string{"PGRST_DB_EXTRA_SEARCH_PATH": ""}, func(c *config.Config) bool { return c.Rest.ExtraSearchPath == nil }},
		{"a secret in a file", map[string]string{"PGRST_DB_URI": "@" + file}, func(c *config.Config) bool { return c.PostgREST.URI.Reveal() == "of a file" }},
		{"an owner's URL stands in", map[string]string{"DATABASE_URL": "postgres://x/y"}, func(c *config.Config) bool { return c.PostgREST.URI.Reveal() == "postgres://x/y" }},
	} {
		c, err := config.ParseOnlyRest(test.vars)
		if err != nil || !test.ok(c) {
			t.Errorf("%s: %v %+v", test.name, err, c)
		}
	}
	if _, err := config.ParseOnlyRest(map[string]string{"PGRST_DB_URI": "@/does/not/exist"}); err == nil {
		t.Error("a missing file is no mistake")
	}
}

func TestAppSettingsByName(t *testing.T) {
	t.Parallel()
	c, err := config.ParseOnlyRest(map[string]string{"PGRST_APP_SETTINGS_APP_HOST": "a,b=c", "PGRST_APP_SETTINGS": "x=1", "PGRST_APP_SETTINGS_": "none"})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(c.Rest.AppSettings, "|"); got != "x=1|app_host=a,b=c" {
		t.Errorf("app settings %q", got)
	}
}
