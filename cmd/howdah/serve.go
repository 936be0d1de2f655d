package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"howdah/server"
	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/dev"
)

func serveCmd() *cobra.Command {
	var only string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Bring the database up to date and answer requests",
		Long: `Starts the private cluster unless DATABASE_URL is set, applies migrations and
sql/, and answers on HOST:PORT until SIGINT or SIGTERM, which let requests under
way finish. The cluster stops with the server if the server started it.

With --only rest it stands in for PostgREST: settings by PostgREST's names and
with its defaults (PGRST_DB_URI, PGRST_JWT_SECRET, PGRST_SERVER_PORT, …), the data
API at / and at /rest/v1, nothing migrated. SIGUSR1 drops compiled statements.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if only != "" {
				c, err := loadOnly(only)
				if err != nil {
					return err
				}
				return serveOnly(cmd.Context(), c, cmd.ErrOrStderr())
			}
			c, err := load()
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&only, "only", "", "rest: the data API alone, in PostgREST's place")
	return cmd
}

// serve runs the server, and beside it the watcher of trees if there are any.
func serve(ctx context.Context, c *config.Config, out io.Writer, trees ...dev.Tree) error {
	app, err := project(c)
	if err != nil {
		return err
	}
	if err := warnUnread(out); err != nil {
		return err
	}
	l, err := server.Listen(ctx, c.Server.Host, c.Server.Port)
	if err != nil {
		return err // before the database is touched: nothing is left half started
	}
	defer l.Close()
	c.Moved("http://" + l.Addr().String())
	return migrated(ctx, c, app, out, func(stand *server.Stand) error { return serveOn(ctx, c, app, stand, l, out, trees) })
}

func serveOn(ctx context.Context, c *config.Config, app fs.FS, stand *server.Stand, l net.Listener, out io.Writer, trees []dev.Tree) error {
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
		if screen, ok := out.(*dev.Screen); ok {
			screen.Where(whereabouts(c, stand, trees))
			defer screen.Leave()
		}
		loop := &dev.Loop{OwnerURL: stand.OwnerURL, Sources: server.Sources(c, app), Trees: trees, Out: out, Reload: s.ReloadFunctions}
		group.Go(func() error { return loop.Run(ctx) })
	}
	return group.Wait()
}

// whereabouts is what runs where, in one line.
func whereabouts(c *config.Config, stand *server.Stand, trees []dev.Tree) string {
	database := "its own PostgreSQL"
	if u, err := url.Parse(stand.OwnerURL); err == nil && !stand.Private {
		database = u.Host + u.Path
	}
	roots := make([]string, len(trees))
	for i, tree := range trees {
		roots[i] = tree.Root
	}
	return fmt.Sprintf("%s · %s · mail in /dev/inbox · watching %s", c.Server.ExternalURL, database, strings.Join(roots, ", "))
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
