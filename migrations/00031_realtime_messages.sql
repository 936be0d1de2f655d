-- Messages of private channels, as Supabase has them: users write policies on
-- realtime.messages, and insert into it. A day a partition, kept three days;
-- what no partition fits lands in the default one, so that no insert fails.

-- +goose Up
set local role howdah_owner;
create table realtime.messages (
  id             uuid not null default gen_random_uuid(),
  topic          text not null,
  extension      text not null,
  event          text,
  payload        jsonb,
  binary_payload bytea,
  private        boolean default false,
  -- Supabase's columns: users' policies and queries compare them.
  -- squawk-ignore prefer-timestamp-tz
  inserted_at    timestamp not null default now(),
  -- squawk-ignore prefer-timestamp-tz
  updated_at     timestamp not null default now(),
  constraint messages_pkey primary key (id, inserted_at),
  constraint messages_one_payload check (payload is null or binary_payload is null)
) partition by range (inserted_at);
create table realtime.messages_default partition of realtime.messages default;
create index messages_topic on realtime.messages (topic, inserted_at desc)
  where private and extension = 'broadcast';
alter table realtime.messages enable row level security;
alter table realtime.messages_default enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
comment on table realtime.messages is
  'Broadcasts from SQL and those kept for replay. Its select and insert policies say who may read from '
  'and write to private channels.';

-- +goose StatementBegin
create function realtime.topic()
  returns text
  language sql stable parallel safe
as $$
  select nullif(pg_catalog.current_setting('realtime.topic', true), '')
$$;
-- +goose StatementEnd
comment on function realtime.topic() is
  'The channel that a policy on realtime.messages is asked about; null elsewhere.';
grant execute on function realtime.topic() to public;
reset role;

-- +goose Down
drop function realtime.topic();
drop table realtime.messages;
