package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"howdah/cmd/howdah/templates"
)

func initCmd() *cobra.Command {
	var template string
	cmd := &cobra.Command{
		Use:   "init <name>",
		Short: "Make a new project: migrations, sql, functions, tests, settings",
		Long: `Makes a folder that holds a project which runs at once:

  migrations/  what holds data: goose files, append-only
  sql/         what does not: functions, views, policies, applied on save
  functions/   HTTP handlers, in SQL or TypeScript
  pgtap/       tests of all that
  .env         settings, with secrets of its own

Templates: ` + strings.Join(projectTemplates(), ", ") + `.`,
		Args: exactArgs(1, "the project's name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, name := args[0], filepath.Base(args[0])
			if !regexp.MustCompile(`^[a-z][a-z0-9_-]{0,40}$`).MatchString(name) {
				return &misuseError{err: fmt.Errorf("%q is no name for a project: use lower-case letters, digits, - and _", name)}
			}
			if !slices.Contains(projectTemplates(), template) {
				return &misuseError{err: fmt.Errorf("there is no template %s: use one of %s", template, strings.Join(projectTemplates(), ", "))}
			}
			if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
				return fmt.Errorf("%s is there already and not empty: choose another name, or empty it", dir)
			}
			if err := scaffold(dir, name, template); err != nil {
				return err
			}
			me := myself()
			fmt.Fprintf(cmd.ErrOrStderr(), "howdah: made %s from template %s. Next:\n\n  cd %s\n  %s dev     # everything, live on save; the page is at /functions/v1/app\n  %s test    # its tests\n", dir, template, dir, me, me)
			return nil
		},
	}
	cmd.Flags().StringVar(&template, "template", "todos", "template: "+strings.Join(projectTemplates(), ", "))
	return cmd
}

// common is the folder of what every project has beside its template.
const common = "_common"

func projectTemplates() []string {
	entries, err := fs.ReadDir(templates.FS, ".")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), "_") {
			names = append(names, e.Name())
		}
	}
	return names
}

// scaffold writes a project whole or not at all: it is made beside its place.
func scaffold(dir, name, template string) (err error) {
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // a folder of source code
		return fmt.Errorf("make the project: %w", err)
	}
	making, err := os.MkdirTemp(parent, ".howdah-init-*")
	if err != nil {
		return fmt.Errorf("make the project: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(making)) }()
	for _, from := range []string{common, template} {
		if err := copyTemplate(making, from, name); err != nil {
			return fmt.Errorf("make the project: %w", err)
		}
	}
	if err := os.Chmod(making, 0o755); err != nil { //nolint:gosec // PostgreSQL under root runs as another user
		return err
	}
	_ = os.Remove(dir) // empty, or not there
	if err := os.Rename(making, dir); err != nil {
		return fmt.Errorf("make the project: %w", err)
	}
	return nil
}

func copyTemplate(dir, from, name string) error {
	return fs.WalkDir(templates.FS, from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		// git would take names with a dot for its own.
		rel = strings.NewReplacer("dot_", ".", "__NAME__", name).Replace(rel)
		to := filepath.Join(dir, rel)
		if d.IsDir() {
			return os.MkdirAll(to, 0o755) //nolint:gosec // a folder of source code
		}
		text, err := fs.ReadFile(templates.FS, path)
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		switch filepath.Base(to) {
		case ".env":
			mode = 0o600
		case "walkthrough.sh":
			mode = 0o755
		}
		filled := strings.NewReplacer("__NAME__", name, "__SECRET__", strings.ToLower(rand.Text())).Replace(string(text))
		return os.WriteFile(to, []byte(filled), mode)
	})
}

func exactArgs(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return &misuseError{err: fmt.Errorf("expected %s", what)}
		}
		return nil
	}
}
