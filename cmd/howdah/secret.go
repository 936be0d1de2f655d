package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"howdah/server/config"
	"howdah/server/token"
)

func secretCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secret",
		Short: "Manage the symmetric secrets: status, rotate, activate, prune",
		Long: `Each purpose has a secret of its own, which rotates without downtime:

  refresh  refresh tokens of sessions                kept 30 days after it retires
  oauth    refresh tokens of OAuth clients           30 days
  storage  signed URLs of files                      7 days
  cookie   CSRF tokens of sessions in cookies        1 day
  seal     what rests encrypted in the database      until prune --force

  1. howdah secret rotate storage     a new one stands by: it verifies
  2. howdah secret activate storage   it signs; the old one retires, and verifies
  3. howdah secret prune storage      once its grace is over, the old one goes

Servers take each step over within seconds; where several machines serve, copy
the keyset to all of them after every step. After a leak do 1 and 2 at once, then
prune --force: what the old secret made is refused from then on. What seal
encrypted (TOTP secrets, providers' tokens, webhooks' and headers' secrets) is
not encrypted anew, and lost with its secret: prune seal always wants --force. API keys, client secrets and recovery codes are hashed, not
signed: replace those by issuing new ones.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var force bool
	prune := secretVerb("prune <purpose>", "Delete retired secrets whose grace is over", func(cmd *cobra.Command, dir string, p token.Purpose) error {
		if p == token.Seal && !force {
			return errors.New("what a retired seal secret encrypted (TOTP secrets, webhooks' secrets, …) would be lost with it: --force if that is meant")
		}
		gone, err := token.PruneSecrets(dir, p, force)
		if errors.Is(err, token.ErrInGrace) {
			return fmt.Errorf("%w: `howdah secret status` says until when; --force ends what they made at once", err)
		}
		for _, id := range gone {
			fmt.Fprintln(cmd.OutOrStdout(), id)
		}
		return err
	})
	prune.Flags().BoolVar(&force, "force", false, "also those in their grace window: what they made ends at once")
	cmd.AddCommand(secretStatusCmd(),
		secretVerb("rotate <purpose>", "Make a new secret that verifies and does not sign yet", func(cmd *cobra.Command, dir string, p token.Purpose) error {
			id, err := token.RotateSecret(dir, p)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), id)
			fmt.Fprintf(cmd.ErrOrStderr(), "howdah: once every server knows it (seconds): howdah secret activate %s\n", p)
			return nil
		}),
		secretVerb("activate <purpose>", "Let the new secret sign; the one before retires, and still verifies", func(_ *cobra.Command, dir string, p token.Purpose) error {
			return token.ActivateSecret(dir, p)
		}),
		prune)
	return cmd
}

func secretVerb(use, short string, run func(*cobra.Command, string, token.Purpose) error) *cobra.Command {
	var names []string
	for _, p := range token.Purposes() {
		names = append(names, string(p))
	}
	return &cobra.Command{
		Use: use, Short: short, Args: exactArgs(1, "one of "+strings.Join(names, ", ")), ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(names, args[0]) {
				return &misuseError{err: fmt.Errorf("there is no secret for %s: use one of %s", args[0], strings.Join(names, ", "))}
			}
			c, err := load()
			if err != nil {
				return err
			}
			return withKeyset(c, run(cmd, c.KeysDir(), token.Purpose(args[0])))
		},
	}
}

// withKeyset says what to do where there is no keyset.
func withKeyset(c *config.Config, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no keyset under %s: `howdah keygen init` makes one", c.KeysDir())
	}
	return err
}

func secretStatusCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "List the secrets, what each does, and until when a retired one is kept", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			secrets, err := token.Secrets(c.KeysDir())
			if err != nil {
				return withKeyset(c, err)
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(secrets)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, s := range secrets {
				until := ""
				if s.PruneAt != nil {
					until = "kept until " + s.PruneAt.Format(time.RFC3339)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Purpose, s.ID, s.State, s.CreatedAt.Format(time.RFC3339), until)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
