package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/templates"
	"howdah/server"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/dev"
)

// featurePack is a set of files that a project may take over.
type featurePack struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Summary string   `json:"summary"`
	Next    string   `json:"next"`
	Files   []string `json:"files"`
}

const featuresDir = "_features"

func featureCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "feature",
		Short: "Add feature packs to the project: tables, functions, policies and their tests",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(featureListCmd(), featureInfoCmd(), featureApplyCmd())
	return cmd
}

func featureListCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the packs",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			entries, err := fs.ReadDir(templates.FS, featuresDir)
			if err != nil {
				return err
			}
			packs := make([]*featurePack, 0, len(entries))
			for _, e := range entries {
				pack, err := readPack(e.Name())
				if err != nil {
					return err
				}
				packs = append(packs, pack)
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(packs)
			}
			for _, p := range packs {
				fmt.Fprintf(cmd.OutOrStdout(), "%-12s %s\n", p.Name, p.Summary)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func featureInfoCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "info <name>",
		Short: "Say what a pack is and which files it brings",
		Args:  exactArgs(1, "a pack's name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := readPack(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n%s\n\n  %s\n\nnext: %s\n", p.Name, p.Version, p.Summary, strings.Join(p.Files, "\n  "), p.Next)
			return nil
		},
	}
}

func featureApplyCmd() *cobra.Command {
	var plan bool
	cmd := &cobra.Command{
		Use:   "apply <name>",
		Short: "Write a pack's files into the project and apply them; whole or not at all",
		Args:  exactArgs(1, "a pack's name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := ownProject()
			if err != nil {
				return err
			}
			p, err := readPack(args[0])
			if err != nil {
				return err
			}
			for _, file := range p.Files {
				fmt.Fprintln(cmd.OutOrStdout(), "+", file)
				if _, err := os.Stat(filepath.Join(c.Project, filepath.FromSlash(file))); err == nil {
					return fmt.Errorf("%s is there already: nothing was changed", file)
				}
			}
			if plan {
				return nil
			}
			if err := applyPack(cmd, c, p); err != nil {
				return fmt.Errorf("%w\nnothing was changed", err)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "howdah: applied. Next: %s\n", p.Next)
			return nil
		},
	}
	cmd.Flags().BoolVar(&plan, "plan", false, "only say what it would do")
	return cmd
}

func readPack(name string) (*featurePack, error) {
	root := path.Join(featuresDir, name)
	text, err := fs.ReadFile(templates.FS, path.Join(root, "feature.json"))
	if err != nil || strings.Contains(name, "/") {
		return nil, &misuseError{fmt.Errorf("there is no feature pack %s: howdah feature list shows those there are", name)}
	}
	p := &featurePack{Name: name}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("feature pack %s: %w", name, err)
	}
	err = fs.WalkDir(templates.FS, root, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Base(file) != "feature.json" {
			p.Files = append(p.Files, strings.TrimPrefix(file, root+"/"))
		}
		return err
	})
	return p, err
}

// applyPack writes the files and brings the database up to them. On failure
// the files go again, and what the migration made is taken back.
func applyPack(cmd *cobra.Command, c *config.Config, p *featurePack) (err error) {
	var written []string
	defer func() {
		if err != nil {
			for _, file := range written {
				err = errors.Join(err, os.Remove(file))
				_ = os.Remove(filepath.Dir(file)) // if it is empty now
			}
		}
	}()
	for _, file := range p.Files {
		text, err := fs.ReadFile(templates.FS, path.Join(featuresDir, p.Name, file))
		if err != nil {
			return err
		}
		to := filepath.Join(c.Project, filepath.FromSlash(file))
		if path.Dir(file) == "migrations" {
			to, err = dev.NewMigration(filepath.Dir(to), strings.TrimSuffix(path.Base(file), ".sql"), string(text))
		} else if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil { //nolint:gosec // a folder of source code
			err = os.WriteFile(to, text, 0o644) //nolint:gosec // source code, for all to read
		}
		if err != nil {
			return err
		}
		written = append(written, to)
	}
	return upOrBack(cmd.Context(), cmd, c, written)
}

func upOrBack(ctx context.Context, cmd *cobra.Command, c *config.Config, written []string) error {
	sources := server.Sources(c, os.DirFS(c.Project))
	return grounded(ctx, c, cmd.ErrOrStderr(), func(stand *server.Stand) error {
		report, err := db.Migrate(ctx, stand.OwnerURL, "", sources...)
		if err == nil {
			return nil
		}
		for _, source := range sources {
			ours := func(file string) bool { return slices.Contains(report.Migrated, "app/"+filepath.Base(file)) }
			if source.Name == "app" && slices.ContainsFunc(written, ours) {
				_, back := db.MigrateDown(ctx, stand.OwnerURL, source)
				err = errors.Join(err, back)
			}
		}
		return err
	})
}
