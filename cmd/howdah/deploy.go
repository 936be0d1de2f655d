package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func deployCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "deploy",
		Short: "Write what a deployment needs",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(deployGenerateCmd())
	return cmd
}

func deployGenerateCmd() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Write compose, Dockerfile, Caddy, nginx and systemd files to fill in",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := ownProject()
			if err != nil {
				return err
			}
			root, err := filepath.Abs(c.Project)
			if err != nil {
				return err
			}
			if dir == "" {
				dir = filepath.Join(root, "deploy")
			}
			if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
				return fmt.Errorf("%s is there already and not empty: choose another --output-dir", dir)
			}
			if err := copyTemplate(dir, "_deploy", filepath.Base(root)); err != nil {
				return fmt.Errorf("write the deployment: %w", err)
			}
			fmt.Fprintln(cmd.OutOrStdout(), dir)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "output-dir", "", "folder (default: deploy/ of the project)")
	return cmd
}
