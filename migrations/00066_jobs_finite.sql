-- A job's time is one that a worker can read. One at -infinity made every claim
-- fail that took it, and with it what was claimed together.

-- +goose Up
set local lock_timeout = '2s';
set local role howdah_owner;
update jobs.jobs set run_at = created_at where run_at = '-infinity';
update jobs.jobs set run_at = '9999-01-01Z' where run_at = 'infinity';
alter table jobs.jobs add constraint jobs_run_at_finite check (isfinite(run_at)) not valid;
reset role;

-- +goose Down
set local lock_timeout = '2s';
alter table jobs.jobs drop constraint jobs_run_at_finite;
