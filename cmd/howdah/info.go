package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/db/cluster"
)

func infoCmd() *cobra.Command {
	var ownerURL, asJSON bool
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
			type fact struct {
				name  string
				value any
			}
			facts := []fact{
				{"version", version},
				{"server", c.Server.ExternalURL},
				{"answers", server.Find(cmd.Context(), c)},
				{"home", c.Home},
				{"database", "DATABASE_URL"},
			}
			if c.DB.URL == "" {
				info, err := cluster.Describe(c.Home)
				if err != nil {
					return err
				}
				facts[len(facts)-1].value = "private cluster"
				facts = append(facts, fact{"running", info.Running}, fact{"port", info.Port}, fact{"postgres", info.Version}, fact{"data", info.Data})
			}
			if asJSON {
				all := map[string]any{}
				for _, f := range facts {
					all[f.name] = f.value
				}
				return json.NewEncoder(cmd.OutOrStdout()).Encode(all)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, f := range facts {
				fmt.Fprintf(w, "%s\t%v\n", f.name, f.value)
			}
			return w.Flush()
		},
	}
	jsonFlag(cmd, &asJSON)
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
