package server

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// JobsCall is what `howdah jobs` and `howdah cron` ask of the database.
type JobsCall struct{ sql string }

// What can be asked, each with the arguments that its function names.
var (
	JobsList    = JobsCall{`select body from jobs.list(_queue => $1, _name => $2, _state => $3, _before => $4, _limit => $5)`}
	JobsShow    = JobsCall{`select jsonb_agg(s.body) from unnest($1::bigint[]) as i (id) cross join lateral jobs.show(_id => i.id) s`}
	JobsCancel  = JobsCall{`select to_jsonb(jobs.cancel(_ids => $1))`}
	JobsRetry   = JobsCall{`select to_jsonb(jobs.retry(_ids => $1))`}
	JobsWorkers = JobsCall{`select body from jobs.workers()`}
	JobsStats   = JobsCall{`select body from jobs.stats()`}
	CronList    = JobsCall{`select jobs.cron_list()`}
	CronSync    = JobsCall{`select to_jsonb(jobs.cron_sync(_backend => $1))`}
	JobsQueue   = JobsCall{`select to_jsonb(jobs.enqueue(_name => $1, _payload => $2, _queue => $3, _run_at => $4, _priority => $5, _idempotency_key => $6))`}
)

// Jobs asks the queue of the database at ownerURL.
func Jobs(ctx context.Context, ownerURL string, call JobsCall, args ...any) (json.RawMessage, error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var body json.RawMessage
	if err := conn.QueryRow(ctx, call.sql, args...).Scan(&body); err != nil {
		return nil, fmt.Errorf("ask the queue: %w", err)
	}
	return body, nil
}
