package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/db/cluster"
	"howdah/server/dev"
)

func dbCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "db",
		Short: "Compare, dump and restore the database",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(dbDiffCmd(), dbDumpCmd(), dbRestoreCmd())
	return cmd
}

func dbDiffCmd() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "diff",
		Short: "Print the migration that turns what the files make into what is in the database",
		Long: `For work done in psql or the console: compares the schema of the database with
that of a scratch database made from the files, and prints the goose migration
that would have made it, with its way back. With --name it becomes the project's
next migration, recorded as applied. Exits 0 and prints nothing when there is
no difference.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			if name != "" && (c.Project == "" || c.Project == "demo") {
				return errNoProject
			}
			return migrated(cmd.Context(), c, app, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				sources := server.Sources(c, app)
				text, err := dev.Diff(cmd.Context(), stand.OwnerURL, sources)
				if err != nil || text == "" {
					return err
				}
				if name == "" {
					fmt.Fprint(cmd.OutOrStdout(), text)
					return nil
				}
				file, err := dev.NewMigration(filepath.Join(c.Project, "migrations"), name, text)
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), file)
				return dev.MarkApplied(cmd.Context(), stand.OwnerURL, file)
			})
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "write it as the project's next migration of this name")
	return cmd
}

func dbDumpCmd() *cobra.Command {
	var out string
	var schemaOnly bool
	cmd := &cobra.Command{
		Use:   "dump",
		Short: "Dump the database with pg_dump, in its custom format",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			if out == "" {
				return &misuseError{err: errors.New("--out is needed: a file")}
			}
			return grounded(cmd.Context(), c, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				args := []string{"--format=custom", "--file=" + out}
				if schemaOnly {
					args = append(args, "--schema-only")
				}
				return postgresTool(cmd, stand.OwnerURL, "pg_dump", args...)
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write")
	cmd.Flags().BoolVar(&schemaOnly, "schema-only", false, "no rows")
	return cmd
}

func dbRestoreCmd() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "restore <file>",
		Short: "Restore a dump in place of what the database holds",
		Long: `Restores into a new database, which takes the old one's place once it is whole:
a dump that cannot be restored changes nothing. Stop the servers first, or they
lose their connections for a moment.`,
		Args: exactArgs(1, "a file that db dump wrote"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			if _, err := os.Stat(args[0]); err != nil {
				return err
			}
			if !yes {
				return &misuseError{err: errors.New("restore replaces what the database holds: say --yes when that is meant")}
			}
			return grounded(cmd.Context(), c, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				return dev.Replace(cmd.Context(), stand.OwnerURL, func(url string) error {
					return postgresTool(cmd, url, "pg_restore", "--exit-on-error", args[0])
				})
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "it is meant")
	return cmd
}

// postgresTool runs a client program of PostgreSQL's. The URL's password goes
// by the environment: others can see a program's arguments.
func postgresTool(cmd *cobra.Command, ownerURL, name string, args ...string) error {
	program, err := cluster.Program(cmd.Context(), name)
	if err != nil {
		return err
	}
	u, err := url.Parse(ownerURL)
	if err != nil {
		return errors.New("DATABASE_URL is not a PostgreSQL URL")
	}
	tool := exec.CommandContext(cmd.Context(), program) //nolint:gosec // pg_dump or pg_restore, of PostgreSQL's own installation
	tool.Env = os.Environ()
	if password, ok := u.User.Password(); ok {
		tool.Env = append(tool.Env, "PGPASSWORD="+password)
		u.User = url.User(u.User.Username())
	}
	tool.Args = append(append(tool.Args, "--dbname="+u.String()), args...)
	var said strings.Builder
	tool.Stdout, tool.Stderr = cmd.OutOrStdout(), &said
	if err := tool.Run(); err != nil {
		if errors.Is(err, context.Canceled) {
			return err
		}
		line, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("%s: %s", name, line)
	}
	return nil
}
