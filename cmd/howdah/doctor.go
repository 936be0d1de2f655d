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
		Short: "Check roles, grants, row level security, keys and drift, and say how to mend what is wrong",
		Args:  noArgs,
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
			out := cmd.OutOrStdout()
			if asJSON {
				if err := json.NewEncoder(out).Encode(findings); err != nil {
					return err
				}
			}
			sick := 0
			for _, f := range findings {
				mark := "✓"
				switch {
				case f.Sick():
					mark, sick = "✗", sick+1
				case !f.OK:
					mark = "·"
				}
				if !asJSON {
					fmt.Fprintf(out, "%s %s\n", mark, f.Check)
					if !f.OK {
						fmt.Fprintf(out, "    %s\n    fix: %s\n", f.Detail, f.Fix)
					}
				}
			}
			if sick > 0 {
				return fmt.Errorf("%d findings: each says what mends it", sick)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
