package config

import (
	"bytes"
	"encoding/json"
	"time"
)

// Jobs is the queue, its workers and cron.
type Jobs struct {
	Enabled            bool    `env:"JOBS_ENABLED" envDefault:"true" doc:"work the queue and run cron at all"`
	Backend            string  `env:"JOBS_BACKEND" envDefault:"pg" doc:"where jobs are kept: pg"`
	CronBackend        string  `env:"JOBS_CRON_BACKEND" envDefault:"inproc" doc:"what ticks: inproc (one worker at a time), pg_cron (where the extension is), or off"`
	PollIntervalS      float64 `env:"JOBS_POLL_INTERVAL_S" envDefault:"1.0" doc:"seconds a sleeping worker waits before it looks by itself; enqueuing wakes it at once"`
	Concurrency        int     `env:"JOBS_CONCURRENCY" envDefault:"5" doc:"jobs a worker runs at once"`
	DefaultMaxAttempts int     `env:"JOBS_DEFAULT_MAX_ATTEMPTS" envDefault:"3" doc:"attempts a job gets where neither it nor its handler says"`
	BackoffBaseS       float64 `env:"JOBS_BACKOFF_BASE_S" envDefault:"5.0" doc:"seconds before the second attempt; doubled each time, a random half of it"`
	BackoffMaxS        float64 `env:"JOBS_BACKOFF_MAX_S" envDefault:"300.0" doc:"longest seconds between attempts"`
	VisibilityTimeoutS float64 `env:"JOBS_VISIBILITY_TIMEOUT_S" envDefault:"300.0" doc:"seconds after which the job of a silent worker goes to another"`
	DrainTimeoutS      float64 `env:"JOBS_DRAIN_TIMEOUT_S" envDefault:"30.0" doc:"seconds that SIGTERM leaves running jobs"`
	DevInprocess       bool    `env:"JOBS_DEV_INPROCESS" envDefault:"true" doc:"in development, serve works the queue itself; in production run howdah worker"`
	RetentionS         float64 `env:"JOBS_RETENTION_S" envDefault:"604800" doc:"seconds that finished jobs are kept; dead letters four times as long"`
	ScheduleJSON       string  `env:"JOBS_SCHEDULE_JSON" doc:"schedules to keep: [{\"name\": …, \"interval_seconds\": …, \"target\": a job's name or a SQL function, \"payload\": {…}}]; more than that is jobs.schedule"`
}

// schedule is one of JOBS_SCHEDULE_JSON.
type schedule struct {
	Name            string                     `json:"name"`
	IntervalSeconds int64                      `json:"interval_seconds"`
	Target          string                     `json:"target"`
	Payload         map[string]json.RawMessage `json:"payload,omitempty"`
}

// Schedules is JOBS_SCHEDULE_JSON as JSON, an empty list when it is not set;
// Load has checked it.
func (j *Jobs) Schedules() json.RawMessage {
	if j.ScheduleJSON == "" {
		return json.RawMessage("[]")
	}
	return json.RawMessage(j.ScheduleJSON)
}

func (j *Jobs) scheduleMistakes(add func(ok bool, format string, args ...any)) {
	var all []schedule
	in := json.NewDecoder(bytes.NewReader(j.Schedules()))
	in.DisallowUnknownFields()
	if err := in.Decode(&all); err != nil || in.More() {
		add(false, `JOBS_SCHEDULE_JSON must be like [{"name": "tidy", "interval_seconds": 60, "target": "public.tidy"}] (%v)`, err)
		return
	}
	seen := map[string]bool{}
	for n, s := range all {
		add(s.Name != "" && s.Target != "" && s.IntervalSeconds >= 1 && s.IntervalSeconds <= 366*24*3600,
			"JOBS_SCHEDULE_JSON: schedule %d needs a name, a target, and interval_seconds from 1 to 31622400", n+1)
		add(!seen[s.Name], "JOBS_SCHEDULE_JSON: %q is there twice", s.Name)
		seen[s.Name] = true
	}
}

// PollInterval is how long a sleeping worker waits before it looks by itself.
func (j *Jobs) PollInterval() time.Duration { return seconds(j.PollIntervalS) }

// VisibilityTimeout is how long a silent worker keeps a job.
func (j *Jobs) VisibilityTimeout() time.Duration { return seconds(j.VisibilityTimeoutS) }

// DrainTimeout is how long SIGTERM leaves running jobs.
func (j *Jobs) DrainTimeout() time.Duration { return seconds(j.DrainTimeoutS) }

// Backoff is the shortest and the longest pause between attempts.
func (j *Jobs) Backoff() (base, most time.Duration) {
	return seconds(j.BackoffBaseS), seconds(j.BackoffMaxS)
}

// Retention is how long finished jobs are kept.
func (j *Jobs) Retention() time.Duration { return seconds(j.RetentionS) }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (j *Jobs) mistakes(add func(ok bool, format string, args ...any)) {
	add(j.Backend == "pg", "JOBS_BACKEND must be pg: the queue lives in PostgreSQL")
	switch j.CronBackend {
	case "inproc", "pg_cron", "off":
	default:
		add(false, "JOBS_CRON_BACKEND must be one of inproc, pg_cron, off")
	}
	add(j.PollIntervalS >= 0.01 && j.PollIntervalS <= 60, "JOBS_POLL_INTERVAL_S must lie between 0.01 and 60")
	add(j.Concurrency >= 1 && j.Concurrency <= 10000, "JOBS_CONCURRENCY must lie between 1 and 10000")
	add(j.DefaultMaxAttempts >= 1, "JOBS_DEFAULT_MAX_ATTEMPTS must be at least 1")
	add(j.BackoffBaseS > 0 && j.BackoffMaxS >= j.BackoffBaseS, "JOBS_BACKOFF_BASE_S must be positive and at most JOBS_BACKOFF_MAX_S")
	add(j.VisibilityTimeoutS >= 1, "JOBS_VISIBILITY_TIMEOUT_S must be at least 1")
	add(j.DrainTimeoutS >= 0, "JOBS_DRAIN_TIMEOUT_S must not be negative")
	j.scheduleMistakes(add)
	add(j.RetentionS >= 60, "JOBS_RETENTION_S must be at least 60")
}
