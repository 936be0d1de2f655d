package server

import (
	"context"
	"log/slog"
	"path/filepath"

	"howdah/server/config"
	"howdah/server/functions"
	"howdah/server/functions/script"
	"howdah/server/token"
)

func (s *Server) mountFunctions(ctx context.Context, c *config.Config, ring *token.Ring) {
	f := functions.New(functions.Deps{
		Pool: s.pool, Ring: ring, Config: c.Functions, Scripts: script.New(scriptsDir(c), c.Functions), AnonRole: c.Rest.AnonRole,
	})
	s.reloadFunctions = f.Reload
	_, failed := s.ReloadFunctions(ctx)
	for name, err := range failed {
		slog.ErrorContext(ctx, "a function cannot be built", "name", name, "error", err)
	}
	s.listener.On(functions.Channel, func(string) { f.Changed() })
	f.Mount(s.echo)
	s.loops = append(s.loops, f.Run)
}

// scriptsDir is the project's functions/, or empty for none.
func scriptsDir(c *config.Config) string {
	if c.Project == "" || c.Project == "demo" {
		return ""
	}
	dir, err := filepath.Abs(filepath.Join(c.Project, "functions"))
	if err != nil {
		return ""
	}
	return dir
}

// ReloadFunctions reads the project's JavaScript functions again; one that
// cannot be built keeps its last good version, or is not there.
func (s *Server) ReloadFunctions(ctx context.Context) (changed []string, failed map[string]error) {
	return s.reloadFunctions(ctx)
}
