package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/config"
	"howdah/server/dev"
)

func devCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "dev",
		Short: "Serve, and apply, lint and test every file of sql/ and functions/ on save",
		Long: `Like serve, and watches migrations/, sql/, functions/ and pgtap/ of HOWDAH_PROJECT (and of
HOWDAH_PLATFORM, to work on Howdah itself). On save it applies the file to the
database, lints it with plpgsql_check where that is installed, runs its pgTAP
file in a scratch database beside the app's, and prints one line. A file that
fails changes nothing: the old function still serves. On a terminal the last line
says what runs where, when something was applied last, and how the tests are;
NO_COLOR=1 leaves that and colours out.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			trees, err := watched(c)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, onScreen(cmd.ErrOrStderr(), c), trees...)
		},
	}
}

// onScreen makes a terminal the loop's screen, and puts the log there too, so
// that neither writes into the other's line.
func onScreen(out io.Writer, c *config.Config) io.Writer {
	file, ok := out.(*os.File)
	if !ok {
		return out
	}
	screen := dev.NewScreen(file)
	if !screen.Plain() {
		logs := c.Server
		if logs.LogFormat == "auto" {
			logs.LogFormat = "text"
		}
		slog.SetDefault(server.NewLogger(screen, logs))
	}
	return screen
}

// watched is every folder that a save may happen in.
func watched(c *config.Config) ([]dev.Tree, error) {
	app, err := project(c)
	if err != nil {
		return nil, err
	}
	roots := map[string]string{"howdah": c.Platform, "app": c.Project}
	if c.Project == "demo" {
		delete(roots, "app")
	}
	var trees []dev.Tree
	for _, source := range server.Sources(c, app) {
		root := roots[source.Name]
		if root == "" {
			continue
		}
		if _, err := os.Stat(root); err != nil {
			return nil, fmt.Errorf("watch: %w", err)
		}
		trees = append(trees, dev.Tree{Root: root, Source: source})
	}
	if len(trees) == 0 {
		return nil, errors.New("here is no project: cd into one (HOWDAH_PROJECT names it), or make one with `howdah init <name>`; HOWDAH_PLATFORM=. works on Howdah itself")
	}
	return trees, nil
}
