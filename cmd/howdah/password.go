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
		Long: `Gives a role that logs in a new password. Connections that are open stay; servers
log in anew with the password of AUTHENTICATOR_PASSWORD, which is to be changed
everywhere and needs a restart, or with the one kept under HOWDAH_HOME.`,
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
					fmt.Fprintln(cmd.ErrOrStderr(), "howdah: rotated and kept; restart the servers of this home")
					return nil
				}
				fmt.Fprintln(cmd.OutOrStdout(), password)
				return nil
			})
		},
	})
	return cmd
}
