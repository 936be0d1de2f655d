package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"howdah/server/config"
)

func envCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Check settings, make secrets",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(envValidateCmd(), &cobra.Command{
		Use:   "gen-secret",
		Short: "Print a fresh secret: 64 hexadecimal digits",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			secret := make([]byte, 32)
			rand.Read(secret)
			fmt.Fprintln(cmd.OutOrStdout(), hex.EncodeToString(secret))
			return nil
		},
	})
	return cmd
}

func envValidateCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Check the settings as production would, and list every mistake",
		Long: `Says all at once what keeps howdah from starting with HOWDAH_ENV=production (✗) and
what it would warn of (·), each with what to set. Exits 1 where something is ✗.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			warnings, err := config.Validate()
			var mistakes *config.Mistakes
			if err != nil && !errors.As(err, &mistakes) {
				return err
			}
			vars, noVars := variables()
			if noVars != nil {
				return noVars
			}
			warnings = append(warnings, unread(vars)...)
			lines := []string{}
			if mistakes != nil {
				lines = mistakes.Lines
			}
			out := cmd.OutOrStdout()
			if asJSON {
				err = json.NewEncoder(out).Encode(map[string]any{"ok": len(lines) == 0, "mistakes": lines, "warnings": append([]string{}, warnings...)})
			} else {
				for _, line := range lines {
					fmt.Fprintln(out, "✗", line)
				}
				for _, line := range warnings {
					fmt.Fprintln(out, "·", line)
				}
			}
			if len(lines) > 0 {
				return fmt.Errorf("%d settings are not fit for production", len(lines))
			}
			if !asJSON {
				fmt.Fprintln(out, "✓ fit for production")
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
