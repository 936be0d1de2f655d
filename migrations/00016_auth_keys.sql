-- API keys: of each only a keyed hash rests, found by its public prefix.

-- +goose Up
set local role howdah_owner;
create table auth.api_key_tiers (
  name       text not null,
  per_minute int,
  created_at timestamptz not null default now(),
  constraint api_key_tiers_pkey primary key (name),
  constraint api_key_tiers_positive check (per_minute > 0)
);
alter table auth.api_key_tiers enable row level security;
comment on table auth.api_key_tiers is
  'How many requests a minute a key of a tier may make; null for no limit.';
insert into auth.api_key_tiers (name, per_minute) values ('free', 60), ('standard', 600), ('unlimited', null);

create table auth.api_keys (
  id                uuid not null default gen_random_uuid(),
  user_id           uuid,
  name              text not null,
  prefix            text not null,
  key_hash          bytea not null,
  role              text not null default 'authenticated',
  scopes            text[] not null default '{*}',
  tier              text not null default 'standard',
  created_at        timestamptz not null default now(),
  expires_at        timestamptz,
  revoked_at        timestamptz,
  last_used_at      timestamptz,
  window_started_at timestamptz,
  window_hits       int not null default 0,
  constraint api_keys_pkey primary key (id),
  constraint api_keys_prefix_unique unique (prefix),
  constraint api_keys_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint api_keys_tier_exists foreign key (tier) references auth.api_key_tiers,
  constraint api_keys_prefix_shape check (prefix ~ '^[a-z0-9]{8}$'),
  constraint api_keys_name_length check (length(name) between 1 and 120),
  constraint api_keys_role_known check (role in ('authenticated', 'service_role')),
  constraint api_keys_owner_fits check ((role = 'service_role') = (user_id is null))
) with (fillfactor = 80); -- usage updates a row in place
create index api_keys_user_id on auth.api_keys (user_id, created_at);
create index api_keys_tier on auth.api_keys (tier);
alter table auth.api_keys enable row level security;
comment on table auth.api_keys is 'Keys (hd_<prefix>_…) that stand for a user, or for service_role.';
comment on column auth.api_keys.key_hash is 'HMAC-SHA256 of the whole key under a key of the server.';
comment on column auth.api_keys.scopes is
  'What the key may do of what its owner may: resource:action, either may be *.';
comment on column auth.api_keys.window_hits is
  'Requests in the minute that began at window_started_at, as far as nodes have told.';

create table auth.api_key_usage (
  key_id   uuid not null,
  hour     timestamptz not null,
  surface  text not null,
  outcome  text not null,
  calls    bigint not null,
  total_ms bigint not null,
  constraint api_key_usage_pkey primary key (key_id, hour, surface, outcome),
  constraint api_key_usage_key_exists foreign key (key_id) references auth.api_keys on delete cascade
);
create index api_key_usage_hour on auth.api_key_usage (hour);
alter table auth.api_key_usage enable row level security;
comment on table auth.api_key_usage is
  'Requests by key, hour, surface (rest, storage, …) and outcome (2xx, 4xx, …).';
grant select (id, user_id, name, prefix, role, scopes, tier, created_at, expires_at, revoked_at, last_used_at)
  on auth.api_keys to service_role;
grant select on auth.api_key_usage, auth.api_key_tiers to service_role;
reset role;

-- +goose Down
drop table auth.api_key_usage;
drop table auth.api_keys;
drop table auth.api_key_tiers;
