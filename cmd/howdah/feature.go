package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/templates"
	"howdah/server"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/dev"
)

// featurePack is a set of files that a project may take over: one of ours, or a
// folder with a feature.json.
type featurePack struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Summary string   `json:"summary"`
	Next    string   `json:"next"`
	Files   []string `json:"files"`
	tree    fs.FS
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
		Use:   "apply <name or folder>",
		Short: "Write a pack's files into the project and apply them; whole or not at all",
		Long: `Lists the files that the pack brings (--plan stops there), writes them, and
brings the database up to them in one transaction. What fails leaves neither
files nor anything in the database. A folder is a pack of your own: feature.json
with version, summary and next, and migrations/, sql/, functions/, pgtap/.`,
		Args: exactArgs(1, "a pack's name, or its folder"),
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
				return fmt.Errorf("%w\nnothing of the pack was kept", err)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "howdah: applied. Next: %s\n", cmp.Or(p.Next, "howdah test"))
			return nil
		},
	}
	cmd.Flags().BoolVar(&plan, "plan", false, "only say what it would do")
	return cmd
}

func readPack(name string) (*featurePack, error) {
	p := &featurePack{Name: filepath.Base(name)}
	var err error
	if strings.ContainsAny(name, `/\.`) {
		p.tree = os.DirFS(name)
	} else if p.tree, err = fs.Sub(templates.FS, path.Join(featuresDir, name)); err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(p.tree, "feature.json")
	if err != nil {
		return nil, &misuseError{err: fmt.Errorf("there is no feature pack %s: howdah feature list shows those there are", name)}
	}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("%s/feature.json: %w", name, err)
	}
	p.Files = nil
	err = fs.WalkDir(p.tree, ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(file, "/") {
			p.Files = append(p.Files, file)
		}
		return err
	})
	return p, err
}

// applyPack brings the database up to the project, so that what fails then is
// the pack's, writes the files and applies them in one transaction. On failure
// the files go again.
func applyPack(cmd *cobra.Command, c *config.Config, p *featurePack) error {
	ctx, sources := cmd.Context(), server.Sources(c, os.DirFS(c.Project))
	return grounded(ctx, c, cmd.ErrOrStderr(), func(stand *server.Stand) (err error) {
		if _, err := db.Migrate(ctx, stand.OwnerURL, "", sources...); err != nil {
			return err
		}
		var written []string
		defer func() {
			if err != nil {
				err = errors.Join(err, takeBack(written))
			}
		}()
		for _, file := range p.Files {
			to, err := p.write(c.Project, file)
			if err != nil {
				return err
			}
			written = append(written, to)
		}
		_, err = db.MigrateWhole(ctx, stand.OwnerURL, server.Sources(c, os.DirFS(c.Project))...)
		return err
	})
}

// write puts one file of the pack into the project; migrations get the next number.
func (p *featurePack) write(project, file string) (string, error) {
	text, err := fs.ReadFile(p.tree, file)
	if err != nil {
		return "", err
	}
	to := filepath.Join(project, filepath.FromSlash(file))
	if path.Dir(file) == "migrations" {
		return dev.NewMigration(filepath.Dir(to), strings.TrimSuffix(path.Base(file), ".sql"), string(text))
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // a folder of source code
		return "", err
	}
	return to, os.WriteFile(to, text, 0o644) //nolint:gosec // source code, for all to read
}

// takeBack removes files, and the folders that are empty then.
func takeBack(files []string) error {
	var err error
	for _, file := range files {
		err = errors.Join(err, os.Remove(file))
		_ = os.Remove(filepath.Dir(file)) // fails where something else is in it, which stays
	}
	return err
}
