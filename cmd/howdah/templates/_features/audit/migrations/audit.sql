-- STATE of the feature audit: the log.

-- +goose Up
create schema audit;
comment on schema audit is 'Who changed what.';
create table audit.changes (
  id         bigint generated always as identity,
  at         timestamptz not null default now(),
  user_id    uuid,
  table_name regclass not null,
  operation  text not null,
  old_row    jsonb,
  new_row    jsonb,
  constraint changes_pkey primary key (id)
);
create index changes_table_at on audit.changes (table_name, at);
alter table audit.changes enable row level security;
comment on table audit.changes is 'One row a change; user_id is null for what no user did.';
grant usage on schema audit to service_role;
grant select on audit.changes to service_role;

-- +goose Down
drop schema audit cascade;
