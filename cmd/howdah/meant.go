package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// meantCommand is the error of a command that parent does not have, with those
// that were meant.
func meantCommand(parent *cobra.Command, args []string) error {
	rest := args
	if _, after, err := parent.Root().Traverse(args); err == nil {
		rest = after
	}
	at := slices.IndexFunc(rest, func(arg string) bool { return !strings.HasPrefix(arg, "-") })
	if at < 0 {
		return fmt.Errorf("unknown command for %s", parent.CommandPath())
	}
	parent.SuggestionsMinimumDistance = 2
	return said(fmt.Sprintf("%s has no command %s", parent.CommandPath(), rest[at]), parent.SuggestionsFor(rest[at]))
}

// meantFlag is the error of a flag with those that were meant.
func meantFlag(cmd *cobra.Command, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return err
	}
	var near []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && distance(f.Name, name) <= 2 {
			near = append(near, "--"+f.Name)
		}
	})
	return said(fmt.Sprintf("%s has no flag --%s", cmd.CommandPath(), name), near)
}

func said(what string, near []string) error {
	if len(near) > 0 {
		what += ": did you mean " + strings.Join(near, " or ") + "?"
	}
	return errors.New(what)
}

// distance is how many letters must change between two words (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
