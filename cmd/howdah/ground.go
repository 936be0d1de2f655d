package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"time"

	"howdah/server"
	"howdah/server/config"
)

// migrated runs work on a database that is up to date, and then stops a private
// cluster that this process started, whatever became of the work.
func migrated(ctx context.Context, c *config.Config, app fs.FS, out io.Writer, work func(*server.Stand) error) (err error) {
	stand, err := server.Up(ctx, c, app, say(out))
	defer func() { err = errors.Join(err, release(ctx, stand)) }()
	if err != nil {
		return err
	}
	return work(stand)
}

// grounded is migrated without the migrations: a database that answers.
func grounded(ctx context.Context, c *config.Config, out io.Writer, work func(*server.Stand) error) (err error) {
	stand, err := server.Ground(ctx, c, say(out))
	defer func() { err = errors.Join(err, release(ctx, stand)) }()
	if err != nil {
		return err
	}
	return work(stand)
}

// release stops the cluster even when ctx has ended: a signal is the usual reason.
func release(ctx context.Context, stand *server.Stand) error {
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return stand.Release(stop)
}
