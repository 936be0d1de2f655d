-- Jobs that come at times of day. The expression is kept as written and as
-- read, so that a tick parses nothing.

-- +goose Up
set local role howdah_owner;
create type jobs.cron as (
  seconds      int[],
  minutes      int[],
  hours        int[],
  days         int[],
  months       int[],
  weekdays     int[],
  any_hour     boolean,
  any_day      boolean,
  any_weekday  boolean
);
comment on type jobs.cron is
  'A cron expression as read: the numbers that each field allows. any_*: the field was *.';

create table jobs.schedules (
  name       text not null,
  expression text not null,
  parsed     jobs.cron not null,
  timezone   text not null default 'UTC',
  job        text not null,
  payload    jsonb not null default '{}',
  queue      text,
  missed     text not null default 'once',
  active     boolean not null default true,
  next_at    timestamptz not null,
  last_at    timestamptz,
  problem    text,
  created_at timestamptz not null default now(),
  constraint schedules_pkey primary key (name),
  constraint schedules_missed_known check (missed in ('skip', 'once', 'all'))
) with (fillfactor = 80);
create index schedules_next_at on jobs.schedules (next_at) where active;
alter table jobs.schedules enable row level security;
comment on table jobs.schedules is
  'What cron enqueues, and when next. missed: what becomes of times at which nobody ticked.';
reset role;

-- +goose Down
drop table jobs.schedules;
drop type jobs.cron;
