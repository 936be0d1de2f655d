-- Users, identities, sessions. Column names are GoTrue's, because users' own
-- SQL (foreign keys, the handle_new_user trigger, seeds) reads and writes them.

-- +goose Up
set local role howdah_owner;
create table auth.users (
  id                          uuid not null default gen_random_uuid(),
  instance_id                 uuid,
  aud                         text not null default 'authenticated',
  role                        text not null default 'authenticated',
  email                       text,
  encrypted_password          text,
  email_confirmed_at          timestamptz,
  invited_at                  timestamptz,
  confirmation_token          text,
  confirmation_sent_at        timestamptz,
  recovery_token              text,
  recovery_sent_at            timestamptz,
  email_change_token_new      text,
  email_change                text,
  email_change_sent_at        timestamptz,
  last_sign_in_at             timestamptz,
  raw_app_meta_data           jsonb not null default '{}',
  raw_user_meta_data          jsonb not null default '{}',
  is_super_admin              boolean,
  created_at                  timestamptz not null default now(),
  updated_at                  timestamptz not null default now(),
  phone                       text,
  phone_confirmed_at          timestamptz,
  phone_change                text,
  phone_change_token          text,
  phone_change_sent_at        timestamptz,
  confirmed_at                timestamptz
    generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  email_change_token_current  text,
  email_change_confirm_status smallint not null default 0,
  banned_until                timestamptz,
  reauthentication_token      text,
  reauthentication_sent_at    timestamptz,
  is_sso_user                 boolean not null default false,
  deleted_at                  timestamptz,
  is_anonymous                boolean not null default false,
  constraint users_pkey primary key (id),
  constraint users_phone_unique unique (phone),
  constraint users_email_change_known check (email_change_confirm_status between 0 and 2)
);
-- The name reaches clients through 23505.
create unique index users_email_unique on auth.users (lower(email)) where not is_sso_user;
alter table auth.users enable row level security;
comment on table auth.users is
  'Everybody who can sign in. Reference it as auth.users (id) on delete cascade.';
comment on column auth.users.encrypted_password is
  'argon2id in PHC form; bcrypt from elsewhere is verified and upgraded at the next sign-in.';

create table auth.identities (
  id              uuid not null default gen_random_uuid(),
  provider_id     text not null,
  user_id         uuid not null,
  identity_data   jsonb not null default '{}',
  provider        text not null,
  last_sign_in_at timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  email           text generated always as (lower(identity_data ->> 'email')) stored,
  constraint identities_pkey primary key (id),
  constraint identities_provider_unique unique (provider_id, provider),
  constraint identities_user_exists foreign key (user_id) references auth.users on delete cascade
);
create index identities_user_id on auth.identities (user_id);
create index identities_email on auth.identities (email);
alter table auth.identities enable row level security;
comment on table auth.identities is 'The ways a user signs in: e-mail, or an account elsewhere.';

create table auth.sessions (
  id              uuid not null default gen_random_uuid(),
  user_id         uuid not null,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  factor_id       uuid,
  aal             text not null default 'aal1',
  amr             jsonb not null default '[]',
  not_after       timestamptz,
  refreshed_at    timestamptz,
  refresh_counter bigint not null default 0,
  user_agent      text,
  ip              inet,
  tag             text,
  constraint sessions_pkey primary key (id),
  constraint sessions_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint sessions_aal_known check (aal in ('aal1', 'aal2', 'aal3'))
) with (fillfactor = 80); -- each refresh updates a row in place
create index sessions_user_id on auth.sessions (user_id);
alter table auth.sessions enable row level security;
comment on table auth.sessions is
  'Who is signed in. A token lives as long as its session''s row: deleting the row '
  'ends it on the next request.';
comment on column auth.sessions.refresh_counter is
  'Counter of the refresh token that is current. Tokens are derived from it (server/token), none is stored.';

create table auth.audit_log (
  id         bigint generated always as identity,
  created_at timestamptz not null default now(),
  action     text not null,
  log_type   text not null,
  actor_id   uuid,
  session_id uuid,
  ip         inet,
  traits     jsonb not null default '{}',
  constraint audit_log_pkey primary key (id)
);
create index audit_log_actor_id on auth.audit_log (actor_id, id);
create index audit_log_created_at on auth.audit_log using brin (created_at);
alter table auth.audit_log enable row level security;
comment on table auth.audit_log is
  'What happened to accounts, in GoTrue''s action names. actor_id outlives the user: no foreign key.';

-- What trusted servers may read: everything but hashes and tokens.
grant select (id, instance_id, aud, role, email, email_confirmed_at, invited_at,
              confirmation_sent_at, recovery_sent_at, email_change, email_change_sent_at,
              last_sign_in_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
              phone, phone_confirmed_at, phone_change, phone_change_sent_at, confirmed_at,
              banned_until, reauthentication_sent_at, is_sso_user, deleted_at, is_anonymous)
  on auth.users to service_role;
grant select on auth.identities, auth.sessions, auth.audit_log to service_role;
reset role;

-- +goose Down
drop table auth.audit_log;
drop table auth.sessions;
drop table auth.identities;
drop table auth.users;
