package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/config"
	"howdah/server/dev"
)

type testOptions struct {
	asJSON, watch, coverage bool
	junit                   string
	jobs                    int
}

func testCmd() *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test [part]",
		Short: "Run the project's pgTAP tests, in parallel on copies of its database",
		Long: `Runs pgtap/ (or a folder or file of it) against databases that hold the platform
and the project and nothing else: what your app's database holds does not matter,
and stays as it is. Each file is one transaction that it rolls back itself.
Helpers are in schema tests: tests.user, tests.as_user, tests.as_anon, …`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.MaximumNArgs(1)(cmd, args); err != nil {
				return &misuseError{err: err}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			if app == nil {
				return errNoProject
			}
			part := ""
			if len(args) > 0 {
				part = strings.TrimPrefix(args[0], "pgtap/")
			}
			files, err := fs.Sub(app, "pgtap")
			if err != nil {
				return err
			}
			return grounded(cmd.Context(), c, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				suite := &dev.Suite{
					OwnerURL: stand.OwnerURL, Sources: server.Sources(c, app), Files: files, Part: part, Jobs: o.jobs, Coverage: o.coverage,
				}
				if o.watch {
					return watchTests(cmd.Context(), c, suite, &o, cmd.OutOrStdout())
				}
				return runTests(cmd.Context(), suite, &o, cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&o.watch, "watch", false, "run again when a file changes")
	cmd.Flags().BoolVar(&o.coverage, "coverage", false, "measure which statements of PL/pgSQL ran (needs plpgsql_check)")
	cmd.Flags().StringVar(&o.junit, "junit", "", "write a JUnit report to this file")
	cmd.Flags().IntVar(&o.jobs, "jobs", 0, "copies to run on at once (default: two a core)")
	return cmd
}

// errNoProject is what commands that need a project say elsewhere.
var errNoProject = errors.New("here is no project: cd into one (HOWDAH_PROJECT names it), or make one with `howdah init <name>`")

func runTests(ctx context.Context, suite *dev.Suite, o *testOptions, out io.Writer) error {
	start := time.Now()
	var results []dev.FileResult
	covered, err := suite.Run(ctx, func(r dev.FileResult) {
		results = append(results, r)
		if !o.asJSON && !r.OK() {
			fmt.Fprintf(out, "✗ pgtap/%s\n    %s\n", r.File, strings.Join(r.Failures, "\n    "))
		}
	})
	if err != nil {
		return err
	}
	if o.junit != "" {
		if err := writeJUnit(o.junit, results); err != nil {
			return err
		}
	}
	passed, failed, bad := 0, 0, 0
	for _, r := range results {
		if !r.OK() {
			bad++
		}
		for _, t := range r.Tests {
			if t.OK {
				passed++
			} else {
				failed++
			}
		}
	}
	if o.asJSON {
		err = json.NewEncoder(out).Encode(map[string]any{"passed": passed, "failed": failed, "files": results, "coverage": covered, "seconds": time.Since(start).Seconds()})
	} else {
		for _, f := range covered {
			fmt.Fprintf(out, "%5.1f %%  %s\n", 100*float64(f.Run)/float64(max(f.Total, 1)), f.File)
		}
		_, err = fmt.Fprintf(out, "%d passed, %d failed (%d files, %.1f s)\n", passed, failed, len(results), time.Since(start).Seconds())
	}
	if bad > 0 {
		return errors.Join(err, fmt.Errorf("%d of %d files failed", bad, len(results)))
	}
	return err
}

func writeJUnit(path string, results []dev.FileResult) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return errors.Join(dev.WriteJUnit(f, results), f.Close())
}

// watchTests runs the tests, and again after each burst of saves.
func watchTests(ctx context.Context, c *config.Config, suite *dev.Suite, o *testOptions, out io.Writer) error {
	if c.Project == "" || c.Project == "demo" {
		return errNoProject
	}
	changes, err := dev.WatchProject(c.Project)
	if err != nil {
		return err
	}
	defer changes.Close()
	for {
		if err := runTests(ctx, suite, o, out); err != nil && ctx.Err() == nil {
			fmt.Fprintln(out, err)
		}
		if err := changes.Next(ctx); err != nil || ctx.Err() != nil {
			return err
		}
	}
}
