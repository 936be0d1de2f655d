package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/config"
)

func storageCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "storage", Short: "Move files between backends, tidy up, show the S3 endpoint's keys", Args: noArgs}
	cmd.AddCommand(storageMigrateCmd(), storageReapCmd(), storageKeysCmd())
	return cmd
}

// onDatabase runs work with the configuration and a URL to log in by.
func onDatabase(cmd *cobra.Command, work func(c *config.Config, url string) error) error {
	c, app, err := loadProject()
	if err != nil {
		return err
	}
	stand, err := server.Up(cmd.Context(), c, app, say(cmd.ErrOrStderr()))
	if err == nil {
		err = work(c, stand.URL)
	}
	return errors.Join(err, stand.Release(cmd.Context()))
}

func storageMigrateCmd() *cobra.Command {
	var from, to string
	var verify bool
	cmd := &cobra.Command{
		Use:   "migrate --from local --to s3",
		Short: "Copy all files' bytes to the other backend",
		Long: `Copies the bytes of every object from one backend to the other, both as the
STORAGE_* settings describe them, and reads each copy back to compare it. What
is there already is left: stop it and start it again as you like. Run it once
beside the server, once more with the server stopped, then set STORAGE_BACKEND.
Resumable uploads that are under way begin anew.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onDatabase(cmd, func(c *config.Config, url string) error {
				lost := func(path string) { fmt.Fprintln(cmd.ErrOrStderr(), "lost", path) }
				done, err := server.MigrateStorage(cmd.Context(), c, url, from, to, verify, lost)
				return errors.Join(err, json.NewEncoder(cmd.OutOrStdout()).Encode(done))
			})
		},
	}
	cmd.Flags().StringVar(&from, "from", "local", "where the bytes are: local or s3")
	cmd.Flags().StringVar(&to, "to", "s3", "where they go")
	cmd.Flags().BoolVar(&verify, "verify", false, "compare what is there already, byte for byte")
	return cmd
}

func storageReapCmd() *cobra.Command {
	var repair bool
	cmd := &cobra.Command{
		Use:   "reap",
		Short: "Delete the bytes that are due; find bytes without rows and rows without bytes",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return onDatabase(cmd, func(c *config.Config, url string) error {
				report, err := server.ReapStorage(cmd.Context(), c, url, repair)
				return errors.Join(err, json.NewEncoder(cmd.OutOrStdout()).Encode(report))
			})
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "delete what was found, both ways")
	return cmd
}

func storageKeysCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "keys",
		Short: "Show the access keys of /storage/v1/s3: service_role, and project (with a user's token as session token)",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			keys, err := server.S3Keys(c)
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(keys)
		},
	}
}
