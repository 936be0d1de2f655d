package main

import (
	"fmt"
	"runtime/debug"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/db/cluster"
)

func infoCmd() *cobra.Command {
	var ownerURL bool
	cmd := &cobra.Command{
		Use:   "info",
		Short: "Say what runs where",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			if ownerURL {
				fmt.Fprintln(cmd.OutOrStdout(), server.OwnerURL(c))
				return nil
			}
			running := server.Find(cmd.Context(), c)
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			row := func(name string, value any) { fmt.Fprintf(w, "%s\t%v\n", name, value) }
			row("version", version)
			row("server", c.Server.ExternalURL)
			row("answers", running)
			row("home", c.Home)
			if c.DB.URL != "" {
				row("database", "DATABASE_URL")
				return w.Flush()
			}
			info, err := cluster.Describe(c.Home)
			if err != nil {
				return err
			}
			row("database", "private cluster")
			row("running", info.Running)
			row("port", info.Port)
			row("postgres", info.Version)
			row("data", info.Data)
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&ownerURL, "owner-url", false, "print the owner's database URL alone, password and all")
	return cmd
}

func versionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			goVersion := "go"
			if info, ok := debug.ReadBuildInfo(); ok {
				goVersion = info.GoVersion
			}
			fmt.Fprintf(cmd.OutOrStdout(), "howdah %s (%s)\n", version, goVersion)
			return nil
		},
	}
}

func configCmd() *cobra.Command {
	var dotenv bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "List every setting with its value",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if dotenv {
				fmt.Fprint(out, "# Settings of Howdah, with their defaults. Copy to .env what you change; the environment wins over it.\n")
				for _, s := range c.List() {
					fmt.Fprintf(out, "\n# %s\n# %s=%s\n", s.Doc, s.Name, s.Default)
				}
				return nil
			}
			w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			for _, s := range c.List() {
				fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, s.Value, s.Doc)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&dotenv, "dotenv", false, "print every setting's meaning and default as a .env file")
	return cmd
}
