package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// pluginPrefix makes a program on the PATH a command: howdah-foo is howdah foo.
const pluginPrefix = "howdah-"

// plugin answers the program that a command line means, if no command of ours
// has that name. It is looked for only then, so that a broken one is in nobody
// else's way.
func plugin(root *cobra.Command, args []string) (string, bool) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") || strings.ContainsAny(args[0], `/\`) {
		return "", false
	}
	if found, _, err := root.Find(args[:1]); err == nil && found != root {
		return "", false
	}
	if args[0] == "help" || args[0] == "completion" || strings.HasPrefix(args[0], "__") {
		return "", false
	}
	path, err := exec.LookPath(pluginPrefix + args[0])
	return path, err == nil
}

// execute runs a command of ours, or the plugin that the command line means.
func execute(ctx context.Context, root *cobra.Command, args []string) error {
	if path, ok := plugin(root, args); ok {
		return runPlugin(ctx, root, path, args[1:])
	}
	root.SetArgs(args)
	ran, err := root.ExecuteContextC(ctx)
	if err != nil && strings.HasPrefix(err.Error(), "unknown command") {
		err = &misuseError{err: meantCommand(ran, args)}
	}
	var misuse *misuseError
	if errors.As(err, &misuse) {
		misuse.help = ran.CommandPath()
	}
	return err
}

// runPlugin hands the rest of the command line to the program, and its exit
// code on.
func runPlugin(ctx context.Context, cmd *cobra.Command, path string, args []string) error {
	p := exec.CommandContext(ctx, path, args...) //nolint:gosec // whoever types the command has put the program on their PATH
	p.Stdin, p.Stdout, p.Stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
	err := p.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return &exitError{code: max(exit.ExitCode(), 1)}
	}
	if err != nil {
		return fmt.Errorf("%s does not run: %w", path, err)
	}
	return nil
}

// exitError is a plugin's exit code; the plugin has said why.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

func pluginsCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "plugins",
		Short: "List the programs on the PATH that are commands: howdah-foo is howdah foo",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			seen := map[string]bool{}
			for _, dir := range filepath.SplitList(os.Getenv("PATH")) { //nolint:forbidigo // no setting of ours: where programs are
				found, _ := filepath.Glob(filepath.Join(dir, pluginPrefix+"*")) // the pattern is well formed
				slices.Sort(found)
				for _, path := range found {
					name := strings.TrimPrefix(filepath.Base(path), pluginPrefix)
					info, err := os.Stat(path) //nolint:gosec // only whether it is a program, on the caller's own PATH
					if err != nil || info.IsDir() || info.Mode()&0o111 == 0 || seen[name] {
						continue
					}
					seen[name] = true
					note := ""
					if own, _, err := cmd.Root().Find([]string{name}); err == nil && own != cmd.Root() {
						note = "  (hidden: howdah has a command of this name)"
					}
					fmt.Fprintf(cmd.OutOrStdout(), "%s  %s%s\n", name, path, note)
				}
			}
			return nil
		},
	}
}
