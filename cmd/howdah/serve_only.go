package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sync/errgroup"

	"howdah/server"
	"howdah/server/config"
)

// serveOnly runs the data API alone. PostgREST's signals keep their meaning:
// they must not end a server that stands in for it.
func serveOnly(ctx context.Context, c *config.Config, out io.Writer) error {
	l, err := server.Listen(ctx, c.Server.Host, c.Server.Port)
	if err != nil {
		return err
	}
	defer l.Close()
	roomyHeap()
	s, err := server.NewOnlyRest(ctx, c, version)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	if c.PostgREST.AdminPort != 0 {
		probes, err := server.Listen(ctx, c.PostgREST.AdminHost, c.PostgREST.AdminPort)
		if err != nil {
			return err
		}
		group.Go(func() error { return s.ServeProbes(ctx, probes) })
	}
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGUSR1, syscall.SIGUSR2)
	group.Go(func() error {
		defer signal.Stop(reload)
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-reload:
				s.Reload()
			}
		}
	})
	say(out)("the data API answers on http://" + l.Addr().String()) // PostgREST's log level leaves info out
	group.Go(func() error { return s.Serve(ctx, l, c.Server.ShutdownGrace) })
	return group.Wait()
}
