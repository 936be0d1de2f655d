package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/db"
)

func migrateCmd() *cobra.Command {
	var only, login string
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Apply migrations and sql/ of the platform and the project",
		Long: `Brings the database up to the files: the platform's migrations and sql/, then the
project's. With --only rest it puts schema rest into DATABASE_URL's database and
nothing else: that is all that ` + "`howdah serve --only rest`" + ` needs there.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if only != "" {
				return migrateOnly(cmd, only, login)
			}
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			return migrated(cmd.Context(), c, app, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				out := cmd.OutOrStdout()
				for _, name := range append(stand.Report.Migrated, stand.Report.Applied...) {
					fmt.Fprintln(out, "applied", name)
				}
				for _, name := range stand.Report.Dropped {
					fmt.Fprintln(out, "dropped", name)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&only, "only", "", "rest: the data API alone")
	cmd.Flags().StringVar(&login, "login", "", "with --only: the role that the server logs in as (default: PGRST_DB_URI's, else authenticator)")
	cmd.AddCommand(migrateStatusCmd(), migrateNewCmd(), migrateDownCmd())
	return cmd
}

func migrateOnly(cmd *cobra.Command, only, login string) error {
	c, err := loadOnly(only)
	if err != nil {
		return err
	}
	login, fresh, err := server.InstallRest(cmd.Context(), c, login)
	if err != nil {
		return err
	}
	if !fresh {
		fmt.Fprintln(cmd.ErrOrStderr(), "howdah: schema rest is up to date")
		return nil
	}
	fmt.Fprintf(cmd.OutOrStdout(), "applied schema rest, granted to %s\n", login)
	return nil
}

func migrateStatusCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "List what migrate would apply",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			return grounded(cmd.Context(), c, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				drift, err := db.Compare(cmd.Context(), stand.OwnerURL, server.Sources(c, app)...)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				if asJSON {
					return json.NewEncoder(out).Encode(map[string][]string{
						"pending": append([]string{}, drift.Pending...), "changed": append([]string{}, drift.Changed...), "gone": append([]string{}, drift.Gone...),
					})
				}
				if len(drift.Pending)+len(drift.Changed)+len(drift.Gone) == 0 {
					say(cmd.ErrOrStderr())("the database is up to date")
				}
				for _, name := range drift.Pending {
					fmt.Fprintln(out, "pending ", name)
				}
				for _, name := range drift.Changed {
					fmt.Fprintln(out, "changed ", name)
				}
				for _, name := range drift.Gone {
					fmt.Fprintln(out, "gone    ", name)
				}
				return nil
			})
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}
