package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"howdah/server"
)

func doctorCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check roles, grants, row level security, keys, drift, replication, disk and more, and say how to mend what is wrong",
		Long: `Checks files, keys, the server that runs here and the database, and advises on
your schema. ✗ must be mended, · is worth a look; each comes with the SQL or the
command that mends it (psql "$(howdah info --owner-url)" runs SQL).

Exits 0 where nothing is ✗, else 1. --json prints a list of
{check, ok, level, detail, fix}.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			var findings []server.Finding
			err = grounded(cmd.Context(), c, cmd.ErrOrStderr(), func(stand *server.Stand) (err error) {
				findings, err = server.Doctor(cmd.Context(), c, stand.OwnerURL, app)
				return err
			})
			if err != nil {
				return err
			}
			if asJSON {
				if err := json.NewEncoder(cmd.OutOrStdout()).Encode(findings); err != nil {
					return err
				}
			}
			sick := 0
			for _, f := range findings {
				if f.Sick() {
					sick++
				}
				if !asJSON {
					fmt.Fprintln(cmd.OutOrStdout(), diagnosis(f))
				}
			}
			if sick > 0 {
				return fmt.Errorf("found %d to mend: each says how", sick)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// diagnosis is a finding as a person reads it.
func diagnosis(f server.Finding) string {
	mark := "✓"
	switch {
	case f.OK && f.Detail != "":
		return "✓ " + f.Check + " (" + f.Detail + ")"
	case f.Sick():
		mark = "✗"
	case !f.OK:
		mark = "·"
	}
	if f.OK {
		return mark + " " + f.Check
	}
	return fmt.Sprintf("%s %s\n    %s\n    fix: %s", mark, f.Check, f.Detail, f.Fix)
}
