package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"howdah/server"
)

func jobsCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "jobs", Short: "Look at the queue and act on it", Args: cobra.NoArgs, RunE: help}
	cmd.AddCommand(
		jobsListCmd(), jobsEnqueueCmd(), byIDs("show", "Show a job with its payload, result and history", server.JobsShow, printJobs),
		byIDs("cancel", "End jobs that are not done", server.JobsCancel, printChanged),
		byIDs("retry", "Run dead, cancelled or scheduled jobs now", server.JobsRetry, printChanged),
		askCmd("stats", "Count jobs by queue and state", server.JobsStats, printStats),
		askCmd("workers", "List workers, own and external ones, with whether they live", server.JobsWorkers, printWorkers),
	)
	return cmd
}

func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// askQueue calls one function of the queue on the project's database.
func askQueue(cmd *cobra.Command, call server.JobsCall, args ...any) (body json.RawMessage, err error) {
	c, err := load()
	if err != nil {
		return nil, err
	}
	err = grounded(cmd.Context(), c, cmd.ErrOrStderr(), func(stand *server.Stand) (err error) {
		body, err = server.Jobs(cmd.Context(), stand.OwnerURL, call, args...)
		return err
	})
	return body, err
}

// askCmd asks without arguments and prints the answer for people, or, with
// --json, as it came.
func askCmd(use, short string, call server.JobsCall, printed printer) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{Use: use, Short: short, Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		body, err := askQueue(cmd, call)
		if err != nil {
			return err
		}
		return printed.or(asJSON)(cmd.OutOrStdout(), body)
	}}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func byIDs(use, short string, call server.JobsCall, printed printer) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{Use: use + " ID…", Short: short, Args: cobra.MinimumNArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		var ids []int64
		for _, arg := range args {
			id, err := strconv.ParseInt(arg, 10, 64)
			if err != nil {
				return &misuseError{err: fmt.Errorf("%s is no job's id", arg)}
			}
			ids = append(ids, id)
		}
		body, err := askQueue(cmd, call, ids)
		if err != nil {
			return err
		}
		return printed.or(asJSON)(cmd.OutOrStdout(), body)
	}}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func jsonFlag(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "json", false, "print JSON, for scripts")
}

func jobsListCmd() *cobra.Command {
	var queue, name, state string
	var before, limit int64
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List jobs, newest first", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			body, err := askQueue(cmd, server.JobsList, orNull(queue), orNull(name), orNull(state), orNull(before), limit)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), body)
			}
			var page struct {
				Jobs []struct {
					ID                 int64
					Name, Queue, State string
					Attempts           int
					LastError          string `json:"last_error"`
				}
				Next   *int64
				Detail string
			}
			if err := json.Unmarshal(body, &page); err != nil {
				return err
			}
			if page.Detail != "" {
				return &misuseError{err: fmt.Errorf("%s", page.Detail)}
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tSTATE\tQUEUE\tNAME\tATTEMPTS\tLAST ERROR")
			for _, j := range page.Jobs {
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%.160s\n", j.ID, j.State, j.Queue, j.Name, j.Attempts, j.LastError)
			}
			if page.Next != nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "howdah: more with --before %d\n", *page.Next)
			}
			return w.Flush()
		},
	}
	cmd.Flags().StringVar(&queue, "queue", "", "of this queue")
	cmd.Flags().StringVar(&name, "name", "", "of this name")
	cmd.Flags().StringVar(&state, "state", "", "ready, scheduled, held, blocked, running, succeeded, dead or cancelled")
	cmd.Flags().Int64Var(&before, "before", 0, "older than this id")
	cmd.Flags().Int64Var(&limit, "limit", 50, "at most so many")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func jobsEnqueueCmd() *cobra.Command {
	var payload, queue, key string
	var delay time.Duration
	var priority int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "enqueue NAME", Short: "Put a job into its queue and print its id", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !json.Valid([]byte(payload)) {
				return &misuseError{err: fmt.Errorf("--payload %s: is no JSON", payload)}
			}
			var at *time.Time
			if delay > 0 {
				at = new(time.Now().Add(delay))
			}
			body, err := askQueue(cmd, server.JobsQueue, args[0], json.RawMessage(payload), orNull(queue), at, priority, orNull(key))
			if err != nil {
				return err
			}
			return printer(printPlain).or(asJSON)(cmd.OutOrStdout(), body)
		},
	}
	jsonFlag(cmd, &asJSON)
	cmd.Flags().StringVar(&payload, "payload", "{}", "a JSON object")
	cmd.Flags().StringVar(&queue, "queue", "", "queue (default: the handler's)")
	cmd.Flags().StringVar(&key, "key", "", "idempotency key")
	cmd.Flags().DurationVar(&delay, "in", 0, "not before this much time")
	cmd.Flags().IntVar(&priority, "priority", 0, "higher runs first")
	return cmd
}

// orNull is v, or null for the zero value.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
