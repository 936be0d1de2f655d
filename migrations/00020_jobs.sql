-- The queue. Rows live in slots, partitions that take turns: a slot whose jobs
-- are all done is emptied by truncate, which needs no vacuum, so that a
-- transaction that pins vacuum does not let dead rows pile up for ever.

-- +goose Up
create schema jobs authorization howdah_owner;
comment on schema jobs is 'Queue, cron, workflows. Whatever leaves the database leaves through it.';
grant usage on schema jobs to authenticator, service_role;
set local role howdah_owner;
create type jobs.state as enum ('ready', 'scheduled', 'held', 'blocked', 'running',
                                'succeeded', 'dead', 'cancelled');
comment on type jobs.state is
  'ready: may be claimed. scheduled: waits for run_at. held: its concurrency key is taken. blocked: '
  'waits for other jobs. running: claimed. The others are final.';
create type jobs.new_job as (
  name            text,
  payload         jsonb,
  queue           text,
  run_at          timestamptz,
  priority        int,
  idempotency_key text,
  unique_for      interval,
  max_attempts    int,
  timeout         interval,
  concurrency_key text,
  after           bigint[],
  after_any       boolean
);
comment on type jobs.new_job is
  'A job as jobs.enqueue_many takes it in; null members take the handler''s or the platform''s default.';

create table jobs.settings (
  one                  boolean not null default true,
  default_max_attempts int not null default 3,
  backoff_base         interval not null default '5 seconds',
  backoff_max          interval not null default '300 seconds',
  visibility_timeout   interval not null default '300 seconds',
  retention            interval not null default '7 days',
  ticked_at            timestamptz not null default '-infinity',
  constraint settings_pkey primary key (one),
  constraint settings_one check (one)
);
alter table jobs.settings enable row level security;
comment on table jobs.settings is
  'One row: what the server was configured with (JOBS_*), for functions that nobody can hand it to.';
insert into jobs.settings default values;

create table jobs.handlers (
  name         text not null,
  version      int not null default 1,
  kind         text not null,
  function     text,
  role         text,
  queue        text not null default 'default',
  max_attempts int,
  timeout      interval,
  requires     text[] not null default '{}',
  constraint handlers_pkey primary key (name, version),
  constraint handlers_kind_known check (kind in ('sql', 'worker')),
  constraint handlers_sql_has_function check (kind <> 'sql' or function is not null or name = 'sql'),
  constraint handlers_version_positive check (version > 0)
);
alter table jobs.handlers enable row level security;
comment on table jobs.handlers is
  'What a job may be named. sql: a function of the database; worker: code in a worker, of '
  'the binary or of any program.';
comment on column jobs.handlers.requires is 'Members that a payload must have.';
insert into jobs.handlers (name, kind, requires) values
  ('sql', 'sql', '{function}'), ('http.request', 'worker', '{}'), ('webhook.deliver', 'worker', '{}'),
  ('mail.send', 'worker', '{message}'), ('sms.send', 'worker', '{message}');

create table jobs.queues (
  name            text not null,
  paused_at       timestamptz,
  concurrency     int,
  key_concurrency int not null default 1,
  rate_limit      int,
  rate_period     interval not null default '1 second',
  tokens          double precision not null default 0,
  refilled_at     timestamptz not null default '-infinity',
  constraint queues_pkey primary key (name),
  constraint queues_concurrency_positive check (concurrency > 0 and key_concurrency > 0),
  constraint queues_rate_positive check (rate_limit > 0 and rate_period > interval '0')
);
alter table jobs.queues enable row level security;
comment on table jobs.queues is 'Queues that are paused or limited; others need no row.';

create table jobs.slots (
  kind      text not null,
  current   smallint not null default 0,
  opened_at timestamptz not null default now(),
  opened_id bigint not null default 0,
  constraint slots_pkey primary key (kind)
);
alter table jobs.slots enable row level security;
comment on table jobs.slots is 'The partition that takes new rows, of jobs and of finished.';
insert into jobs.slots (kind) values ('jobs'), ('finished');

create table jobs.sleepers (
  queue text not null,
  constraint sleepers_pkey primary key (queue)
);
alter table jobs.sleepers enable row level security;
comment on table jobs.sleepers is
  'Queues whose workers sleep: who enqueues takes the row away and notifies howdah_jobs, once.';

create table jobs.workers (
  id          uuid not null,
  host        text not null,
  pid         int not null,
  queues      text[] not null,
  concurrency int not null,
  running     int not null default 0,
  started_at  timestamptz not null default now(),
  seen_at     timestamptz not null default now(),
  constraint workers_pkey primary key (id)
);
alter table jobs.workers enable row level security;
comment on table jobs.workers is 'Who works. A worker that was not seen for a minute is gone.';

create sequence jobs.job_ids;
create table jobs.jobs (
  id              bigint not null,
  slot            smallint not null,
  state           jobs.state not null,
  queue           text not null,
  name            text not null,
  priority        int not null,
  run_at          timestamptz not null,
  attempts        int not null default 0,
  max_attempts    int not null,
  waits_for       int not null default 0,
  created_at      timestamptz not null,
  claimed_at      timestamptz,
  locked_until    timestamptz,
  worker          uuid,
  timeout         interval,
  concurrency_key text,
  idempotency_key text,
  payload         jsonb not null,
  progress        jsonb,
  errors          jsonb not null default '[]',
  constraint jobs_pkey primary key (id, slot)
) partition by list (slot);
create index jobs_ready on jobs.jobs (queue, priority desc, run_at, id) where state = 'ready';
create index jobs_scheduled on jobs.jobs (run_at) where state = 'scheduled';
create index jobs_running on jobs.jobs (locked_until) where state = 'running';
create index jobs_by_key on jobs.jobs (concurrency_key, queue, state, priority desc, run_at)
  where concurrency_key is not null;
alter table jobs.jobs enable row level security;
comment on table jobs.jobs is
  'Jobs that are not done. What is done moves to jobs.finished in the statement that ends it.';

create table jobs.finished (
  id              bigint not null,
  slot            smallint not null,
  state           jobs.state not null,
  queue           text not null,
  name            text not null,
  priority        int not null,
  run_at          timestamptz not null,
  attempts        int not null,
  max_attempts    int not null,
  created_at      timestamptz not null,
  claimed_at      timestamptz,
  finished_at     timestamptz not null,
  worker          uuid,
  timeout         interval,
  concurrency_key text,
  idempotency_key text,
  payload         jsonb not null,
  result          jsonb,
  errors          jsonb not null default '[]',
  constraint finished_pkey primary key (id, slot)
) partition by list (slot);
alter table jobs.finished enable row level security;
comment on table jobs.finished is
  'What became of jobs. Slots 0 to 7 are emptied in turn as retention has it; slot 8 keeps dead letters '
  'until they are retried or purged.';

-- +goose StatementBegin
do $$
declare
  v_slot int;
begin
  for v_slot in 0..7 loop
    execute format('create table jobs.jobs_%s partition of jobs.jobs for values in (%s)', v_slot, v_slot);
    execute format('alter table jobs.jobs_%s enable row level security', v_slot);
  end loop;
  for v_slot in 0..8 loop
    execute format('create table jobs.finished_%s partition of jobs.finished for values in (%s)',
                   v_slot, v_slot);
    execute format('alter table jobs.finished_%s enable row level security', v_slot);
  end loop;
end
$$;
-- +goose StatementEnd

create table jobs.keys (
  name   text not null,
  key    text not null,
  job    bigint not null,
  until  timestamptz not null,
  constraint keys_pkey primary key (name, key)
);
create index keys_until on jobs.keys (until);
alter table jobs.keys enable row level security;
comment on table jobs.keys is 'The job that an idempotency key stands for, until its window ends.';

create table jobs.dependencies (
  after     bigint not null,
  job       bigint not null,
  after_any boolean not null,
  constraint dependencies_pkey primary key (after, job)
);
create index dependencies_job on jobs.dependencies (job);
alter table jobs.dependencies enable row level security;
comment on table jobs.dependencies is
  'job runs when after has succeeded, or with after_any when it has ended in whatever way.';
reset role;

-- +goose Down
drop table jobs.dependencies;
drop table jobs.keys;
drop table jobs.finished;
drop table jobs.jobs;
drop sequence jobs.job_ids;
drop table jobs.workers;
drop table jobs.sleepers;
drop table jobs.slots;
drop table jobs.queues;
drop table jobs.handlers;
drop table jobs.settings;
drop type jobs.new_job;
drop type jobs.state;
drop schema jobs;
