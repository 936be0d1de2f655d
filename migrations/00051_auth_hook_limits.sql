-- How long a function of the user may take, and what proves that the audit log is
-- as it was written.

-- +goose Up
set local role howdah_owner;
alter table auth.hooks add column time_limit interval not null default '2 s';
comment on column auth.hooks.time_limit is 'A function that took longer ends its request.';

create table auth.audit_seals (
  up_to     bigint not null,
  lines     bigint not null,
  hash      bytea not null,
  sealed_at timestamptz not null default now(),
  constraint audit_seals_pkey primary key (up_to)
);
alter table auth.audit_seals enable row level security;
comment on table auth.audit_seals is
  'A chain over the audit log: each hash is of the one before and of all lines up to up_to since. '
  'Whoever changes or deletes a sealed line breaks it.';
grant select on auth.audit_seals to service_role;
reset role;

-- +goose Down
drop table auth.audit_seals;
alter table auth.hooks drop column time_limit;
