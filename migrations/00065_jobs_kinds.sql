-- Ready jobs are looked for kind by kind, so that those which only others know
-- cost a claim nothing, however many they are.

-- +goose Up
set local lock_timeout = '2s';
set local role howdah_owner;
-- squawk-ignore require-concurrent-index-creation
create index jobs_ready_kinds on jobs.jobs (queue, is_sql, name, priority desc, run_at, id) where state = 'ready';
-- squawk-ignore require-concurrent-index-deletion
drop index jobs.jobs_ready;
reset role;

-- +goose Down
set local lock_timeout = '2s';
create index jobs_ready on jobs.jobs (queue, priority desc, run_at, id) where state = 'ready';
drop index jobs.jobs_ready_kinds;
