package main

import "github.com/spf13/cobra"

// developing are the commands of a developer's day.
func developing() []*cobra.Command {
	return []*cobra.Command{
		initCmd(), testCmd(), genCmd(), dbCmd(), seedCmd(), keygenCmd(), secretCmd(), passwordCmd(), adminCmd(), tokenCmd(), envCmd(), pluginsCmd(),
		docsCmd(), deployCmd(), featureCmd(),
	}
}
