package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"howdah/server"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/dev"
)

func serveCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Bring the database up to date and answer requests",
		Long: `Starts the private cluster unless DATABASE_URL is set, applies migrations and
sql/, and answers on HOST:PORT until SIGINT or SIGTERM, which let requests under
way finish. The cluster stops with the server if the server started it.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, cmd.ErrOrStderr())
		},
	}
}

// serve runs the server, and beside it the watcher of trees if there are any.
func serve(ctx context.Context, c *config.Config, out io.Writer, trees ...dev.Tree) (err error) {
	app, err := project(c)
	if err != nil {
		return err
	}
	l, err := server.Listen(ctx, c.Server.Host, c.Server.Port)
	if err != nil {
		return err // before the database is touched: nothing is left half started
	}
	defer l.Close()
	c.Moved("http://" + l.Addr().String())
	stand, err := server.Up(ctx, c, app, say(out))
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = errors.Join(err, stand.Release(stop))
	}()
	if err != nil {
		return err
	}
	report(out, stand.Report)
	roomyHeap()
	s, err := server.New(ctx, c, stand.URL, version)
	if err != nil {
		return err
	}
	forget, err := server.Announce(c)
	if err != nil {
		return err
	}
	defer forget()
	slog.InfoContext(ctx, "listening", "url", c.Server.ExternalURL, "version", version)
	welcome(out, c)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.Serve(ctx, l, c.Server.ShutdownGrace) })
	if len(trees) > 0 {
		loop := &dev.Loop{OwnerURL: stand.OwnerURL, Sources: server.Sources(c, app), Trees: trees, Out: out}
		group.Go(func() error { return loop.Run(ctx) })
	}
	return group.Wait()
}

// roomyHeap lets a heap of some megabytes grow before it is collected: a twelfth
// more requests a second for tens of megabytes. GOGC, if set, decides instead.
func roomyHeap() {
	const percent = 400
	if before := debug.SetGCPercent(percent); before != 100 {
		debug.SetGCPercent(before)
	}
}

// report says what a migration changed, in one line each.
func report(out io.Writer, r db.Report) {
	line := func(n int, what string) {
		if n > 0 {
			fmt.Fprintf(out, "howdah: %d %s\n", n, what)
		}
	}
	line(len(r.Migrated), "migrations applied")
	line(len(r.Applied), "files of sql/ applied")
	line(len(r.Dropped), "objects dropped that no file makes any more")
}

// welcome is the next step, in a form that works when pasted.
func welcome(out io.Writer, c *config.Config) {
	fmt.Fprintf(out, `
Howdah answers on %[1]s. In a second terminal, paste:

  eval "$(%[2]s keys --env)"
  curl "$URL/auth/v1/signup" -H "apikey: $ANON_KEY" -d '{"email":"you@example.test","password":"correct horse battery"}'

Ctrl-C stops it.

`, c.Server.ExternalURL, self(c))
}
