package main

import (
	"cmp"
	"log/slog"

	"github.com/spf13/cobra"

	"howdah/server"
)

func workerCmd() *cobra.Command {
	var queues []string
	var concurrency int
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Work the queue until SIGTERM, then finish what runs",
		Long: `Claims jobs, runs their handlers and reports what came of it. SIGTERM stops the
claiming; what runs has JOBS_DRAIN_TIMEOUT_S to finish, and what is left goes to
other workers. Any number of workers may run at once, on any machine.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, app, err := loadProject()
			if err != nil {
				return err
			}
			return migrated(cmd.Context(), c, app, cmd.ErrOrStderr(), func(stand *server.Stand) error {
				if c.Jobs.CronBackend == "pg_cron" { // or nobody would tick
					if _, err := server.Jobs(cmd.Context(), stand.OwnerURL, server.CronSync, c.Jobs.CronBackend); err != nil {
						return err
					}
				}
				concurrency = cmp.Or(concurrency, c.Jobs.Concurrency)
				slog.InfoContext(cmd.Context(), "working", "queues", queues, "concurrency", concurrency)
				return server.Work(cmd.Context(), c, stand.URL, queues, concurrency)
			})
		},
	}
	cmd.Flags().StringSliceVar(&queues, "queue", []string{"default"}, "queues to work, in order")
	cmd.Flags().IntVar(&concurrency, "concurrency", 0, "jobs at once (default JOBS_CONCURRENCY)")
	return cmd
}
