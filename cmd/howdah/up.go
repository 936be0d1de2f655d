package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/config"
	"howdah/server/db/cluster"
)

func upCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "up",
		Short: "Bring the database up to date and leave it running, without a server",
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
			report(cmd.ErrOrStderr(), stand.Report)
			fmt.Fprintln(cmd.ErrOrStderr(), "howdah: the database is up; `howdah serve` answers requests, `howdah stop` stops it")
			return nil
		},
	}
}

func stopCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "stop",
		Aliases: []string{"down"},
		Short:   "Stop the private cluster",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := private()
			if err != nil {
				return err
			}
			return cluster.Stop(cmd.Context(), c.Home)
		},
	}
}

func resetCmd() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Delete the private cluster and all its data",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := private()
			if err != nil {
				return err
			}
			if !yes {
				fmt.Fprintf(cmd.ErrOrStderr(), "This deletes the database under %s with all its data. Type yes to go on: ", c.Home)
				answer, _ := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
				if strings.TrimSpace(answer) != "yes" {
					return errors.New("nothing was deleted (use --yes in scripts)")
				}
			}
			return cluster.Reset(cmd.Context(), c.Home)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// private loads the configuration of a private cluster, and refuses to act on
// a database that is not Howdah's own.
func private() (*config.Config, error) {
	c, err := load()
	if err != nil {
		return nil, err
	}
	if c.DB.URL != "" {
		return nil, errors.New("DATABASE_URL is set: that database is not Howdah's to stop or delete")
	}
	return c, nil
}

// self is how a person in this folder calls this binary.
func self(c *config.Config) string {
	name := "howdah"
	wd, err := os.Getwd()
	if err != nil {
		return name
	}
	if exe, err := os.Executable(); err == nil {
		onPath, _ := exec.LookPath(name)
		switch rel, err := filepath.Rel(wd, exe); {
		case err == nil && !strings.HasPrefix(rel, ".."):
			name = rel
		case onPath != exe:
			name = exe
		}
	}
	if c.Home != filepath.Join(wd, ".howdah") {
		name = "HOWDAH_HOME=" + c.Home + " " + name
	}
	return name
}

// myself is how a person in any folder calls this binary.
func myself() string {
	const name = "howdah"
	exe, err := os.Executable()
	if onPath, _ := exec.LookPath(name); err != nil || onPath == exe {
		return name
	}
	return exe
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		return &misuseError{err: meantCommand(cmd, args)}
	}
	return &misuseError{err: fmt.Errorf("%s takes no arguments, and %q is one", cmd.CommandPath(), args[0])}
}
