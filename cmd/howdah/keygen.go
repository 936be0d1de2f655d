package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"howdah/server/config"
	"howdah/server/token"
)

func keygenCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keygen",
		Short: "Manage the keys that sign tokens: init, status, rotate, activate, prune",
		Long: `Keys rotate without downtime: rotate publishes a new key, activate makes it sign
once verifiers that cache the JWKS know it (ten minutes), prune deletes retired
ones once their tokens and API keys are no longer used. Servers take a changed
keyset over within seconds; nothing is to be restarted. Where several machines
serve, copy it to each of them after every step. The secrets beside the keys are
` + "`howdah secret`" + `'s.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var force bool
	prune := keyVerb("prune", "Delete retired keys: tokens and API keys that they signed end", 0, func(cmd *cobra.Command, c *config.Config, _ []string) error {
		if !force {
			return &misuseError{err: errors.New("what retired keys signed ends at once: say --force when that is meant")}
		}
		gone, err := token.Prune(c.KeysDir())
		for _, kid := range gone {
			fmt.Fprintln(cmd.OutOrStdout(), kid)
		}
		return err
	})
	prune.Flags().BoolVar(&force, "force", false, "it is meant")
	cmd.AddCommand(
		keyVerb("init", "Make the keyset, if there is none", 0, func(cmd *cobra.Command, c *config.Config, _ []string) error {
			if _, err := token.Open(c.KeysDir(), c.Auth); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), c.KeysDir())
			return nil
		}),
		keyStatusCmd(),
		keyVerb("rotate", "Publish a new key that does not sign yet", 0, func(cmd *cobra.Command, c *config.Config, _ []string) error {
			kid, err := token.Rotate(c.KeysDir(), c.Auth.JWTAlgorithm)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), kid)
			fmt.Fprintf(cmd.ErrOrStderr(), "howdah: it is published; in ten minutes: howdah keygen activate %s\n", kid)
			return nil
		}),
		keyVerb("activate <kid>", "Make a key sign; the one that signed retires, and still verifies", 1, func(_ *cobra.Command, c *config.Config, args []string) error {
			return token.Activate(c.KeysDir(), args[0])
		}),
		prune)
	return cmd
}

func keyVerb(use, short string, args int, run func(*cobra.Command, *config.Config, []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: exactArgs(args, map[int]string{0: "no argument", 1: "a key's id"}[args]),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			return run(cmd, c, args)
		},
	}
}

func keyStatusCmd() *cobra.Command {
	var asJSON bool
	cmd := keyVerb("status", "List the keys and what each does", 0, func(cmd *cobra.Command, c *config.Config, _ []string) error {
		keys, err := token.Keys(c.KeysDir())
		if err != nil {
			return withKeyset(c, err)
		}
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(keys)
		}
		w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		for _, k := range keys {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.KID, k.Algorithm, k.State, k.CreatedAt.Format(time.RFC3339))
		}
		return w.Flush()
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
