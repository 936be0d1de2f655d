package config

import (
	"fmt"
	"maps"
	"os"
	"strings"
)

// PostgREST is what `howdah serve --only rest` needs beside Rest. Its names and
// defaults are PostgREST's.
type PostgREST struct {
	URI            Secret `env:"PGRST_DB_URI" doc:"with --only rest: the login role's connection; @file reads it from a file"`
	Channel        string `env:"PGRST_DB_CHANNEL" envDefault:"pgrst" doc:"with --only rest: channel on which a notification drops the compiled statements"`
	ChannelEnabled bool   `env:"PGRST_DB_CHANNEL_ENABLED" envDefault:"true" doc:"with --only rest: listen on PGRST_DB_CHANNEL"`
	InDatabase     bool   `env:"PGRST_DB_CONFIG" envDefault:"true" doc:"with --only rest: settings pgrst.* of the login role override these"`
	AdminHost      string `env:"PGRST_ADMIN_SERVER_HOST" doc:"with --only rest: address of /live and /ready; default PGRST_SERVER_HOST"`
	AdminPort      int    `env:"PGRST_ADMIN_SERVER_PORT" envDefault:"0" doc:"with --only rest: port of /live and /ready; 0 for none"`
}

// Overridden is the configuration with settings that the database holds, by
// PostgREST's names for them there (db_schemas for PGRST_DB_SCHEMAS). Those that
// a server has before it knows the database stay as they are.
func (c *Config) Overridden(settings map[string]string) (*Config, error) {
	vars := maps.Collect(maps.All(c.vars))
	for name, value := range settings {
		name = strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
		switch {
		case name == "DB_URI", name == "DB_CONFIG", name == "LOG_LEVEL", strings.HasPrefix(name, "DB_POOL"),
			strings.HasPrefix(name, "DB_CHANNEL"), strings.HasPrefix(name, "SERVER_"), strings.HasPrefix(name, "ADMIN_"):
		default:
			vars["PGRST_"+name] = value
		}
	}
	return ParseOnlyRest(vars)
}

// LoadOnlyRest is Load for `--only rest`, where a setting that PostgREST has
// too goes by its name, and falls back to its default.
func LoadOnlyRest() (*Config, error) {
	vars, err := variables()
	if err != nil {
		return nil, err
	}
	return ParseOnlyRest(vars)
}

// ParseOnlyRest is Parse for `--only rest`.
func ParseOnlyRest(vars map[string]string) (*Config, error) {
	given := vars
	vars = maps.Collect(maps.All(vars))
	for _, name := range []string{"PGRST_DB_URI", "PGRST_JWT_SECRET"} {
		path, isFile := strings.CutPrefix(vars[name], "@")
		if !isFile {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, &Mistakes{[]string{fmt.Sprintf("%s: %v", name, err)}}
		}
		vars[name] = strings.TrimRight(string(text), "\r\n")
	}
	for _, alias := range []struct {
		theirs, ours, otherwise string
		word                    func(string) string
	}{
		{"PGRST_SERVER_HOST", "HOST", "!4", hostPreference},
		{"PGRST_SERVER_PORT", "PORT", "3000", nil},
		{"PGRST_DB_POOL", "DB_POOL_MAX_SIZE", "10", nil},
		{"PGRST_DB_POOL_ACQUISITION_TIMEOUT", "DB_POOL_ACQUIRE_TIMEOUT", "10", func(s string) string { return s + "s" }},
		{"PGRST_LOG_LEVEL", "LOG_LEVEL", "error", func(s string) string { return strings.Replace(s, "crit", "error", 1) }},
		{"PGRST_SERVER_CORS_ALLOWED_ORIGINS", "PGRST_SERVER_CORS_ALLOWED_ORIGINS", "*", nil},
		{"REST_BATCH_MAX", "REST_BATCH_MAX", "0", nil},                   // a table may have that name
		{"DB_STATEMENT_TIMEOUT_MS", "DB_STATEMENT_TIMEOUT_MS", "0", nil}, // the role's own decides
	} {
		value := vars[alias.theirs]
		if value == "" && vars[alias.ours] != "" {
			continue
		}
		if value == "" {
			value = alias.otherwise
		}
		if alias.word != nil {
			value = alias.word(value)
		}
		vars[alias.ours] = value
	}
	c, err := Parse(vars)
	if err != nil {
		return nil, err
	}
	c.vars = given
	c.Rest.AnonRole = vars["PGRST_DB_ANON_ROLE"]
	if path, set := vars["PGRST_DB_EXTRA_SEARCH_PATH"]; !set {
		c.Rest.ExtraSearchPath = []string{"public"}
	} else if path == "" {
		c.Rest.ExtraSearchPath = nil
	}
	if c.PostgREST.URI == "" {
		c.PostgREST.URI = c.DB.URL
	}
	if c.PostgREST.AdminHost == "" {
		c.PostgREST.AdminHost = c.Server.Host
	}
	return c, nil
}

// hostPreference turns PostgREST's special addresses into listenable ones.
func hostPreference(s string) string {
	switch s {
	case "!4", "*4":
		return "0.0.0.0"
	case "*", "!6", "*6":
		return "::"
	default:
		return s
	}
}
