package main

import (
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"howdah/server"
)

const (
	enableSQL  = `select realtime.enable(_table => $1::text::regclass, _owner_column => $2::text::name)`
	disableSQL = `select realtime.disable(_table => $1::text::regclass)`
)

func realtimeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "realtime",
		Short: "Say which tables tell subscribers what changes",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var owner string
	enable := &cobra.Command{
		Use:   "enable TABLE",
		Short: "Tell subscribers what changes in a table",
		Long: `Does what ` + "`select realtime.enable('public.todos')`" + ` does: put that into a migration to
keep it. With --owner-column only the user whose id the column holds is told.`,
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			var column *string
			if owner != "" {
				column = &owner
			}
			return asOwner(cmd, "enabled "+args[0], enableSQL, args[0], column)
		},
	}
	enable.Flags().StringVar(&owner, "owner-column", "", "column that holds the owner's user id")
	disable := &cobra.Command{
		Use:   "disable TABLE",
		Short: "Tell nobody any more",
		Args:  oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			return asOwner(cmd, "disabled "+args[0], disableSQL, args[0])
		},
	}
	cmd.AddCommand(enable, disable)
	return cmd
}

func oneArg(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return &misuseError{err: fmt.Errorf("want one table, like public.todos; got %d arguments", len(args))}
	}
	return nil
}

// asOwner runs one statement as the database's owner.
func asOwner(cmd *cobra.Command, done, sql string, args ...any) error {
	c, err := load()
	if err != nil {
		return err
	}
	url := server.OwnerURL(c)
	if url == "" {
		return fmt.Errorf("there is no database yet: run %s up", self(c))
	}
	conn, err := pgx.Connect(cmd.Context(), url)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer conn.Close(cmd.Context())
	if _, err := conn.Exec(cmd.Context(), sql, args...); err != nil {
		return err
	}
	fmt.Fprintln(cmd.OutOrStdout(), done)
	return nil
}
