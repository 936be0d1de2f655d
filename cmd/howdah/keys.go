package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"howdah/server"
	"howdah/server/token"
)

func keysCmd() *cobra.Command {
	var asEnv, asJSON bool
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Print the anon and service_role API keys",
		Long: `Prints the API keys for clients: the anon key for browsers and apps, the
service key, which passes row level security, for trusted servers alone.
--env prints shell variables: eval "$(howdah keys --env)".`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asEnv && asJSON {
				return &misuseError{err: errors.New("--env and --json exclude each other")}
			}
			c, err := load()
			if err != nil {
				return err
			}
			server.Find(cmd.Context(), c)
			ring, err := token.Open(c.KeysDir(), c.Auth)
			if err != nil {
				return err
			}
			anon, err := ring.MintAPIKey("anon")
			if err != nil {
				return err
			}
			service, err := ring.MintAPIKey("service_role")
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			owner := server.OwnerURL(c)
			switch {
			case asJSON:
				return json.NewEncoder(out).Encode(map[string]string{
					"url": c.Server.ExternalURL, "anon_key": anon, "service_key": service, "database_url": owner,
				})
			case asEnv:
				fmt.Fprintf(out, "export URL='%s'\nexport ANON_KEY='%s'\nexport SERVICE_KEY='%s'\n", c.Server.ExternalURL, anon, service)
				fmt.Fprintf(out, "export DATABASE_URL='%s'\n", owner)
			default:
				fmt.Fprintf(out, "url          %s\nanon key     %s\nservice key  %s\n", c.Server.ExternalURL, anon, service)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asEnv, "env", false, "print shell variables: URL, ANON_KEY, SERVICE_KEY, DATABASE_URL (the owner's)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
