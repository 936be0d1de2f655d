package main

import (
	"github.com/spf13/cobra"

	"howdah/server"
)

func cronCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "cron", Short: "Look at schedules and say who ticks", Args: cobra.NoArgs, RunE: help}
	cmd.AddCommand(askCmd("list", "List schedules with their next and last times", server.CronList, printSchedules), cronSyncCmd())
	return cmd
}

func cronSyncCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Put the tick into pg_cron, or take it out, as JOBS_CRON_BACKEND has it",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			body, err := askQueue(cmd, server.CronSync, c.Jobs.CronBackend)
			if err != nil {
				return err
			}
			return printer(printPlain).or(asJSON)(cmd.OutOrStdout(), body)
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}
