package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/dev"
)

// ownProject loads a project that is a folder, which the demo is not.
func ownProject() (*config.Config, error) {
	c, err := load()
	if err != nil {
		return nil, err
	}
	if c.Project == "" || c.Project == "demo" {
		return nil, errNoProject
	}
	if info, err := os.Stat(c.Project); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("HOWDAH_PROJECT: %s is no folder", c.Project)
	}
	return c, nil
}

func migrateNewCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "new <name>",
		Short: "Make the project's next migration",
		Args:  exactArgs(1, "the migration's name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := ownProject()
			if err != nil {
				return err
			}
			path, err := dev.NewMigration(filepath.Join(c.Project, "migrations"), args[0], "")
			if errors.Is(err, dev.ErrMigrationName) {
				return &misuseError{err: err}
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), path)
			return nil
		},
	}
}

func migrateDownCmd() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Take the project's last migration back",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := ownProject()
			if err != nil {
				return err
			}
			if !yes {
				return &misuseError{err: errors.New("a migration's way back may drop data: say --yes when that is meant")}
			}
			app := os.DirFS(c.Project)
			return grounded(cmd.Context(), c, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				for _, source := range server.Sources(c, app) {
					if source.Name != "app" {
						continue
					}
					file, err := db.MigrateDown(cmd.Context(), stand.OwnerURL, source)
					if err != nil {
						return err
					}
					fmt.Fprintln(cmd.OutOrStdout(), "took back", file)
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "it is meant")
	return cmd
}

func seedCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "seed [file]",
		Short: "Run seed.sql of the project (or another file) in one transaction, as the owner",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := ownProject()
			if err != nil {
				return err
			}
			path := filepath.Join(c.Project, "seed.sql")
			if len(args) > 0 {
				path = args[0]
			}
			if _, err := os.Stat(path); err != nil {
				return fmt.Errorf("there is no %s: write one, or name another file", path)
			}
			return migrated(cmd.Context(), c, os.DirFS(c.Project), cmd.ErrOrStderr(), func(stand *server.Stand) error {
				return dev.Seed(cmd.Context(), stand.OwnerURL, path)
			})
		},
	}
}
