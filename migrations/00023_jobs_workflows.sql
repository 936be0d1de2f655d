-- Workflows: steps that are jobs, timers or events, and what came of each. A
-- run copies the steps that its workflow has at its start, so that a change of
-- the workflow does not change runs under way.

-- +goose Up
set local role howdah_owner;
create table jobs.workflows (
  name       text not null,
  steps      jsonb not null,
  changed_at timestamptz not null default now(),
  constraint workflows_pkey primary key (name)
);
alter table jobs.workflows enable row level security;
comment on table jobs.workflows is 'Workflows as jobs.workflow was told them.';

create table jobs.runs (
  id          bigint generated always as identity,
  workflow    text not null,
  state       text not null default 'running',
  input       jsonb not null,
  started_at  timestamptz not null default now(),
  finished_at timestamptz,
  constraint runs_pkey primary key (id),
  constraint runs_state_known check (state in ('running', 'succeeded', 'failed', 'cancelled'))
);
create index runs_workflow on jobs.runs (workflow, id);
alter table jobs.runs enable row level security;
comment on table jobs.runs is 'Each start of a workflow. Who changes a run''s steps holds its row.';

create table jobs.steps (
  run         bigint not null,
  name        text not null,
  position    int not null,
  after       text[] not null,
  job         text,
  payload     jsonb not null default '{}',
  sleep       interval,
  event       text,
  timeout     interval,
  state       text not null default 'waiting',
  job_id      bigint,
  result      jsonb,
  error       text,
  finished_at timestamptz,
  constraint steps_pkey primary key (run, name),
  constraint steps_run_exists foreign key (run) references jobs.runs on delete cascade,
  constraint steps_state_known check (state in ('waiting', 'running', 'succeeded', 'failed'))
);
create index steps_job_id on jobs.steps (job_id) where job_id is not null;
alter table jobs.steps enable row level security;
comment on table jobs.steps is
  'What a run does and did: a job, a sleep, or waiting for an event. A result that is recorded '
  'here is never made again.';

create table jobs.events (
  run     bigint not null,
  name    text not null,
  payload jsonb not null,
  constraint events_pkey primary key (run, name),
  constraint events_run_exists foreign key (run) references jobs.runs on delete cascade
);
alter table jobs.events enable row level security;
comment on table jobs.events is
  'Events that a run was told, also those that it does not wait for yet. The first of a name counts.';

insert into jobs.handlers (name, kind, function, role)
values ('workflow.timer', 'sql', 'jobs.timer', 'service_role');
reset role;

-- +goose Down
drop table jobs.events;
drop table jobs.steps;
drop table jobs.runs;
drop table jobs.workflows;
delete from jobs.handlers where name = 'workflow.timer';
