// Command compose-check loads compose files as Docker Compose does, without
// an engine: schema, interpolation, references. It is a module of its own, so
// that Howdah's go.mod stays clean.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if err := check(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "compose-check: "+err.Error())
		os.Exit(1)
	}
}

// check loads the files once as a person would who set every variable that
// they ask for, and once as one who set none, which must fail: no secret has a
// default.
func check(ctx context.Context, files []string) error {
	load := func(env ...string) error {
		options, err := cli.NewProjectOptions(files, cli.WithName("howdah"), cli.WithEnv(env), cli.WithProfiles([]string{"*"}))
		if err != nil {
			return err
		}
		_, err = options.LoadProject(ctx)
		return err
	}
	if err := load("POSTGRES_PASSWORD=x", "AUTHENTICATOR_PASSWORD=x"); err != nil {
		return err
	}
	if err := load(); err == nil {
		return fmt.Errorf("%v load without any secret set", files)
	}
	return nil
}
