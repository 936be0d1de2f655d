-- Webhooks: who wants to hear of what, what was said, and how saying it went;
-- and what came in from others, so that nothing is taken twice.

-- +goose Up
create schema webhooks authorization howdah_owner;
comment on schema webhooks is
  'Events to subscribers outside, signed as Standard Webhooks; verifying those of others.';
grant usage on schema webhooks to authenticator, service_role;

set local role howdah_owner;
create table webhooks.subscriptions (
  id               uuid not null default gen_random_uuid(),
  topics           text[] not null,
  url              text not null,
  description      text,
  enabled          boolean not null default true,
  disabled_reason  text,
  secret_version   int not null default 1,
  secret           bytea,
  previous_version int,
  previous_secret  bytea,
  previous_until   timestamptz,
  failing_since    timestamptz,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  constraint subscriptions_pkey primary key (id),
  constraint subscriptions_has_topics check (cardinality(topics) between 1 and 100),
  constraint subscriptions_previous_ends check ((previous_version is null) = (previous_until is null))
);
create index subscriptions_topics on webhooks.subscriptions using gin (topics) where enabled;
create index subscriptions_created_at on webhooks.subscriptions (created_at, id);
alter table webhooks.subscriptions enable row level security;
comment on table webhooks.subscriptions is 'Who wants to hear of which topics, and where.';
comment on column webhooks.subscriptions.topics is
  'Topics, or beginnings of topics with .* at the end; * is all.';
comment on column webhooks.subscriptions.secret_version is
  'The server derives the signing secret from its keyset, the id and this number: none is stored.';
comment on column webhooks.subscriptions.secret is
  'A secret that was brought along, encrypted by the server; null for a derived one.';
comment on column webhooks.subscriptions.previous_until is
  'Until then deliveries are signed with the previous secret too.';

create table webhooks.events (
  id         uuid not null default gen_random_uuid(),
  topic      text not null,
  payload    jsonb not null,
  version    int not null,
  created_at timestamptz not null,
  constraint events_pkey primary key (id)
);
create index events_created_at on webhooks.events (created_at);
alter table webhooks.events enable row level security;
comment on table webhooks.events is
  'What was said, once for all subscribers. An event that nobody wanted is not kept.';

create table webhooks.deliveries (
  id           bigint generated always as identity,
  event        uuid not null,
  subscription uuid not null,
  state        text not null default 'queued',
  attempts     int not null default 0,
  created_at   timestamptz not null default now(),
  finished_at  timestamptz,
  constraint deliveries_pkey primary key (id),
  constraint deliveries_event_exists foreign key (event) references webhooks.events on delete cascade,
  constraint deliveries_subscription_exists foreign key (subscription)
    references webhooks.subscriptions on delete cascade,
  constraint deliveries_state_known check (state in ('queued', 'delivered', 'failed', 'skipped'))
);
create index deliveries_event on webhooks.deliveries (event);
create index deliveries_subscription on webhooks.deliveries (subscription, id);
create index deliveries_state on webhooks.deliveries (state, id);
alter table webhooks.deliveries enable row level security;
comment on table webhooks.deliveries is
  'An event on its way to a subscriber. failed: every attempt was in vain. skipped: '
  'the subscription was switched off.';

create table webhooks.attempts (
  delivery    bigint not null,
  attempt     int not null,
  at          timestamptz not null,
  status_code int,
  duration_ms int,
  error       text,
  response    text,
  constraint attempts_pkey primary key (delivery, attempt),
  constraint attempts_delivery_exists foreign key (delivery) references webhooks.deliveries on delete cascade
);
alter table webhooks.attempts enable row level security;
comment on table webhooks.attempts is
  'Each attempt to deliver, with the beginning of what the receiver answered.';

create table webhooks.inbox (
  source      text not null,
  message_id  text not null,
  received_at timestamptz not null,
  constraint inbox_pkey primary key (source, message_id)
);
create index inbox_received_at on webhooks.inbox (received_at);
alter table webhooks.inbox enable row level security;
comment on table webhooks.inbox is
  'The ids of webhooks that others sent and that were taken, so that none is taken twice.';

grant select (id, topics, url, description, enabled, disabled_reason, secret_version,
              previous_until, failing_since, created_at, updated_at)
  on webhooks.subscriptions to service_role;
grant select on webhooks.events, webhooks.deliveries, webhooks.attempts, webhooks.inbox to service_role;
reset role;

-- +goose Down
drop table webhooks.inbox;
drop table webhooks.attempts;
drop table webhooks.deliveries;
drop table webhooks.events;
drop table webhooks.subscriptions;
drop schema webhooks;
