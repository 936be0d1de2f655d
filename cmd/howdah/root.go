package main

import (
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/templates"
	"howdah/server"
	"howdah/server/config"
	"howdah/server/db/cluster"
	"howdah/server/dev"
)

// misuseError is a command line that cannot be understood. execute says which
// command's help has the rest.
type misuseError struct {
	err  error
	help string
}

func (e *misuseError) Error() string {
	if e.help == "" {
		return e.err.Error()
	}
	return e.err.Error() + "\ntry `" + e.help + " --help`"
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "howdah",
		Short:         "A Postgres-first backend in one binary: auth, REST, and your own SQL",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &misuseError{err: meantFlag(cmd, err)} })
	cmd.AddCommand(serveCmd(), upCmd(), devCmd(), stopCmd(), resetCmd(), migrateCmd(), keysCmd(), infoCmd(), doctorCmd(), configCmd(), versionCmd())
	cmd.AddCommand(workerCmd(), jobsCmd(), cronCmd(), storageCmd(), realtimeCmd())
	cmd.AddCommand(developing()...)
	return cmd
}

// load reads the configuration and makes the log.
func load() (*config.Config, error) {
	c, err := config.Load()
	if err != nil {
		return nil, err
	}
	return settled(c), nil
}

// loadOnly is load for --only, whose one value is rest.
func loadOnly(only string) (*config.Config, error) {
	if only != "rest" {
		return nil, &misuseError{err: fmt.Errorf("--only %s: only rest can run alone", only)}
	}
	c, err := config.LoadOnlyRest()
	if err != nil {
		return nil, err
	}
	return settled(c), nil
}

func settled(c *config.Config) *config.Config {
	slog.SetDefault(server.NewLogger(os.Stderr, c.Server))
	if c.Production() {
		for _, line := range c.Warnings() {
			slog.Warn("unsafe in production", "setting", line)
		}
	}
	// `howdah keys --env` exports the private cluster's URL too: it stays private.
	if info, err := cluster.Describe(c.Home); err == nil && c.DB.URL.Reveal() == info.URL {
		c.DB.URL = ""
	}
	return c
}

// loadProject is load and the project that it names.
func loadProject() (*config.Config, fs.FS, error) {
	c, err := load()
	if err != nil {
		return nil, nil, err
	}
	app, err := project(c)
	return c, app, err
}

// project is the user's project: a folder, the built-in demo, or none.
func project(c *config.Config) (fs.FS, error) {
	switch name := c.Project; {
	case name == "demo", name == "" && c.DB.URL == "":
		return fs.Sub(templates.FS, "todos")
	case name == "":
		return nil, nil //nolint:nilnil // no project is a fine answer: the platform alone
	default:
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			return nil, fmt.Errorf("HOWDAH_PROJECT: %s is no folder", name)
		}
		return dev.Written(os.DirFS(name)), nil
	}
}

// say writes to a person: progress and next steps, never data.
func say(w io.Writer) func(string) {
	return func(text string) { fmt.Fprintln(w, "howdah: "+text) }
}
