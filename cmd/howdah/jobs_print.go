package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// printer shows people what the queue answered.
type printer func(out io.Writer, body json.RawMessage) error

// or is p, or printing the JSON as it came.
func (p printer) or(asJSON bool) printer {
	if asJSON {
		return printJSON
	}
	return p
}

func printJSON(out io.Writer, body json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Indent(&b, body, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, b.String())
	return err
}

// printPlain shows one number or text without quotes.
func printPlain(out io.Writer, body json.RawMessage) error {
	var text string
	if json.Unmarshal(body, &text) != nil {
		text = string(body)
	}
	_, err := fmt.Fprintln(out, text)
	return err
}

// printChanged shows the ids that were changed, a line each.
func printChanged(out io.Writer, body json.RawMessage) error {
	var ids []int64
	if err := json.Unmarshal(body, &ids); err != nil {
		return err
	}
	if len(ids) == 0 {
		return errors.New("nothing was changed: howdah jobs show ID says what state a job is in")
	}
	for _, id := range ids {
		fmt.Fprintln(out, id)
	}
	return nil
}

// printJobs shows jobs whole, which is JSON for people, too.
func printJobs(out io.Writer, body json.RawMessage) error {
	var found []struct{ Code, Detail string }
	if err := json.Unmarshal(body, &found); err != nil {
		return err
	}
	for _, job := range found {
		if job.Code != "" {
			return errors.New(job.Detail)
		}
	}
	return printJSON(out, body)
}

func table(out io.Writer, head string) *tabwriter.Writer {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head)
	return w
}

func printWorkers(out io.Writer, body json.RawMessage) error {
	var in struct {
		Workers []struct {
			ID, Kind, Host       string
			PID                  *int
			Queues               []string
			Concurrency, Running int
			SeenAt               time.Time `json:"seen_at"`
			Alive                bool
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	w := table(out, "WORKER\tKIND\tHOST\tPID\tQUEUES\tRUNNING\tSEEN\tSTATE")
	for _, x := range in.Workers {
		state, pid := "alive", "-"
		if !x.Alive {
			state = "silent"
		}
		if x.PID != nil {
			pid = fmt.Sprint(*x.PID)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d/%d\t%s\t%s\n",
			x.ID, x.Kind, x.Host, pid, strings.Join(x.Queues, ","), x.Running, x.Concurrency, x.SeenAt.Local().Format(time.DateTime), state)
	}
	return w.Flush()
}

func printStats(out io.Writer, body json.RawMessage) error {
	var in struct {
		Queues []struct {
			Queue     string
			Paused    bool
			States    map[string]int
			OldestS   *float64 `json:"oldest_ready_s"`
			RateLimit *int     `json:"rate_limit"`
		}
		Dead int
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	w := table(out, "QUEUE\tJOBS\tOLDEST READY")
	for _, q := range in.Queues {
		var states []string
		for _, state := range slices.Sorted(maps.Keys(q.States)) {
			states = append(states, fmt.Sprintf("%d %s", q.States[state], state))
		}
		oldest := "-"
		if q.OldestS != nil {
			oldest = (time.Duration(*q.OldestS) * time.Second).String()
		}
		if q.Paused {
			states = append(states, "(paused)")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", q.Queue, strings.Join(states, ", "), oldest)
	}
	fmt.Fprintf(w, "dead letters\t%d\t\n", in.Dead)
	return w.Flush()
}

func printSchedules(out io.Writer, body json.RawMessage) error {
	var in []struct {
		Name, Expression, Timezone, Job, Missed, Problem string
		Active                                           bool
		NextAt                                           string  `json:"next_at"`
		LastAt                                           *string `json:"last_at"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	w := table(out, "NAME\tCRON\tZONE\tJOB\tMISSED\tNEXT\tLAST\tPROBLEM")
	for _, s := range in {
		last := "-"
		if s.LastAt != nil {
			last = *s.LastAt
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.Expression, s.Timezone, s.Job, s.Missed, s.NextAt, last, s.Problem)
	}
	return w.Flush()
}
