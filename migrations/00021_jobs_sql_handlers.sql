-- SQL functions are run by Howdah's own workers alone: who may not run them
-- must be able to pass them by without a look at jobs.handlers.

-- +goose Up
set local role howdah_owner;
alter table jobs.jobs add column is_sql boolean not null default false;
comment on column jobs.jobs.is_sql is
  'Whether the handler is a SQL function, which only Howdah''s own workers run.';
reset role;

-- +goose Down
alter table jobs.jobs drop column is_sql;
