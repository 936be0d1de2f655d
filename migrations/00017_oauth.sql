-- Howdah as an OAuth 2.1 authorization server and OpenID provider: clients,
-- authorizations under way, consents, and what clients hold.

-- +goose Up
create schema oauth authorization howdah_owner;
comment on schema oauth is 'Other apps that sign in with this one: OAuth 2.1 and OpenID Connect.';
grant usage on schema oauth to authenticator, service_role;
set local role howdah_owner;
create table oauth.clients (
  id            uuid not null,
  secret_hash   bytea,
  name          text not null,
  uri           text,
  logo_uri      text,
  redirect_uris text[] not null,
  grant_types   text[] not null default '{authorization_code,refresh_token}',
  auth_method   text not null default 'none',
  dynamic       boolean not null default false,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  constraint clients_pkey primary key (id),
  constraint clients_name_length check (length(name) between 1 and 200),
  constraint clients_redirects_some check (cardinality(redirect_uris) between 1 and 50),
  constraint clients_auth_method_known
    check (auth_method in ('none', 'client_secret_basic', 'client_secret_post')),
  constraint clients_secret_fits check ((auth_method = 'none') = (secret_hash is null))
);
create index clients_created_at on oauth.clients (created_at);
alter table oauth.clients enable row level security;
comment on table oauth.clients is
  'Apps that may ask users for access. A public one (auth_method none) has no secret.';
comment on column oauth.clients.secret_hash is 'HMAC-SHA256 of the secret under a key of the server.';

create table oauth.authorizations (
  id              uuid not null,
  client_id       uuid not null,
  user_id         uuid,
  redirect_uri    text not null,
  scopes          text[] not null,
  state           text,
  nonce           text,
  code_challenge  text not null,
  code_hash       bytea,
  session_id      uuid,
  created_at      timestamptz not null default now(),
  expires_at      timestamptz not null,
  redeemed_at     timestamptz,
  constraint authorizations_pkey primary key (id),
  constraint authorizations_code_unique unique (code_hash),
  constraint authorizations_client_exists foreign key (client_id) references oauth.clients on delete cascade,
  constraint authorizations_user_exists foreign key (user_id) references auth.users on delete cascade
);
create index authorizations_client_id on oauth.authorizations (client_id);
create index authorizations_user_id on oauth.authorizations (user_id);
create index authorizations_expires_at on oauth.authorizations (expires_at);
alter table oauth.authorizations enable row level security;
comment on table oauth.authorizations is
  'Authorizations under way: pending, then with a code (code_hash), then redeemed. '
  'expires_at moves with each step.';
comment on column oauth.authorizations.session_id is
  'What the code was redeemed for: it ends when the code comes again. No foreign key: '
  'it outlives the session.';

create table oauth.consents (
  user_id    uuid not null,
  client_id  uuid not null,
  scopes     text[] not null,
  granted_at timestamptz not null default now(),
  constraint consents_pkey primary key (user_id, client_id),
  constraint consents_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint consents_client_exists foreign key (client_id) references oauth.clients on delete cascade
);
create index consents_client_id on oauth.consents (client_id);
alter table oauth.consents enable row level security;
comment on table oauth.consents is 'What users allowed clients, so that they are asked once.';

create table oauth.grants (
  session_id uuid not null,
  client_id  uuid not null,
  scopes     text[] not null,
  nonce      text,
  counter    bigint not null default 0,
  rotated_at timestamptz,
  created_at timestamptz not null default now(),
  constraint grants_pkey primary key (session_id),
  constraint grants_session_exists foreign key (session_id) references auth.sessions on delete cascade,
  constraint grants_client_exists foreign key (client_id) references oauth.clients on delete cascade
) with (fillfactor = 80);
create index grants_client_id on oauth.grants (client_id);
alter table oauth.grants enable row level security;
comment on table oauth.grants is
  'The sessions that clients hold. A client''s refresh token is derived from session '
  'and counter; none is stored.';
grant select (id, name, uri, logo_uri, redirect_uris, grant_types, auth_method,
              dynamic, created_at, updated_at)
  on oauth.clients to service_role;
grant select on oauth.consents, oauth.grants to service_role;
reset role;

-- +goose Down
drop table oauth.grants;
drop table oauth.consents;
drop table oauth.authorizations;
drop table oauth.clients;
drop schema oauth;
