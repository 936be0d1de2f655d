package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"howdah/server"
)

func passwordCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "password",
		Short: "Rotate passwords of database roles",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "rotate <role>",
		Short: "Give a role a new password; authenticator's is kept for the servers of this home",
		Long: `Gives a role that logs in a new password. Connections that are open stay.

authenticator, without downtime: its password lies in AUTHENTICATOR_PASSWORD_FILE
(in development a file under HOWDAH_HOME), which this writes and servers read for
each new connection: nothing is to be restarted. Several machines share the file,
or get it copied at once. Where the password is in AUTHENTICATOR_PASSWORD it is
printed: set it everywhere and restart within the hour in which pools renew their
connections.

Any other role: the password is printed, for its user to keep.`,
		Args: exactArgs(1, "a role"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			return grounded(cmd.Context(), c, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				password, kept, err := server.RotatePassword(cmd.Context(), c, stand.OwnerURL, args[0])
				if err != nil {
					return err
				}
				if kept {
					fmt.Fprintln(cmd.ErrOrStderr(), "howdah: rotated, and kept in "+c.DB.PasswordFile+"; servers use it from their next connection on")
					return nil
				}
				fmt.Fprintln(cmd.OutOrStdout(), password)
				return nil
			})
		},
	})
	return cmd
}
