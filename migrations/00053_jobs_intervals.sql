-- Schedules of an interval, which no cron expression has (every 90 seconds),
-- and those that the configuration brings.

-- +goose Up
set local role howdah_owner;
-- squawk-ignore ban-drop-not-null
alter table jobs.schedules alter column parsed drop not null;
alter table jobs.schedules add column every interval;
alter table jobs.schedules add column configured boolean not null default false;
alter table jobs.schedules
  add constraint schedules_cron_or_every check (num_nonnulls(parsed, every) = 1) not valid;
comment on column jobs.schedules.every is
  'Comes at the multiples of this interval since 2000, whoever ticks; null for a cron expression.';
comment on column jobs.schedules.configured is
  'Brought by JOBS_SCHEDULE_JSON, and taken away when it is not there any more.';
reset role;

-- +goose Down
delete from jobs.schedules where parsed is null;
alter table jobs.schedules drop constraint schedules_cron_or_every;
alter table jobs.schedules drop column configured;
alter table jobs.schedules drop column every;
alter table jobs.schedules alter column parsed set not null;
