package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/db"
)

func migrateCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Apply migrations and sql/ of the platform and the project",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			stand, err := server.Up(cmd.Context(), c, app, say(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, name := range append(stand.Report.Migrated, stand.Report.Applied...) {
				fmt.Fprintln(out, "applied", name)
			}
			for _, name := range stand.Report.Dropped {
				fmt.Fprintln(out, "dropped", name)
			}
			return stand.Release(cmd.Context())
		},
	}
	cmd.AddCommand(migrateStatusCmd())
	return cmd
}

func migrateStatusCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "List what migrate would apply",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			stand, err := server.Ground(cmd.Context(), c, say(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			drift, err := db.Compare(cmd.Context(), stand.OwnerURL, server.Sources(c, app)...)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, name := range drift.Pending {
				fmt.Fprintln(out, "pending ", name)
			}
			for _, name := range drift.Changed {
				fmt.Fprintln(out, "changed ", name)
			}
			for _, name := range drift.Gone {
				fmt.Fprintln(out, "gone    ", name)
			}
			return stand.Release(cmd.Context())
		},
	}
}
