-- What a sign-in leaves pending: one-time tokens that went out by mail or SMS,
-- and flows that end at a redirect. Of every secret only a keyed hash rests
-- here; the server holds the key.

-- +goose Up
set local role howdah_owner;
create type auth.outcome as (
  status      int,
  body        jsonb,
  claims      jsonb,
  session_id  uuid,
  counter     bigint,
  redirect_to text,
  flow        text,
  sealed      bytea
);
comment on type auth.outcome is
  'What a flow answers. claims, session_id and counter when a session began or went on; redirect_to and flow '
  '(pkce, implicit) when the answer is a redirect; sealed for tokens of a provider.';

create table auth.flow_states (
  id                    uuid not null default gen_random_uuid(),
  purpose               text not null,
  user_id               uuid,
  provider              text,
  state_hash            bytea,
  code_hash             bytea,
  code_challenge        text,
  code_challenge_method text,
  redirect_to           text,
  sealed                bytea,
  linking_user_id       uuid,
  created_at            timestamptz not null default now(),
  expires_at            timestamptz not null,
  constraint flow_states_pkey primary key (id),
  constraint flow_states_state_unique unique (state_hash),
  constraint flow_states_code_unique unique (code_hash),
  constraint flow_states_challenge_known check (code_challenge_method in ('s256', 'plain')),
  constraint flow_states_challenge_whole check ((code_challenge is null) = (code_challenge_method is null)),
  constraint flow_states_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint flow_states_linking_user_exists foreign key (linking_user_id)
    references auth.users on delete cascade
);
create index flow_states_user_id on auth.flow_states (user_id);
create index flow_states_linking_user_id on auth.flow_states (linking_user_id);
create index flow_states_expires_at on auth.flow_states (expires_at);
alter table auth.flow_states enable row level security;
comment on table auth.flow_states is
  'Flows under way: from /authorize to /callback by state_hash, from a redirect to grant_type=pkce by '
  'code_hash. Each hash is used once.';
comment on column auth.flow_states.sealed is
  'What the server must remember of the provider (verifier, nonce; then its tokens), encrypted '
  'under a key of the server.';

create table auth.one_time_tokens (
  id         uuid not null default gen_random_uuid(),
  user_id    uuid not null,
  kind       text not null,
  purpose    text not null,
  relates_to text not null,
  token_hash bytea not null,
  code_hash  bytea not null,
  attempts   int not null default 0,
  flow_id    uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint one_time_tokens_pkey primary key (id),
  constraint one_time_tokens_one_pending unique (user_id, kind),
  constraint one_time_tokens_kind_known check (
    kind in ('confirmation', 'recovery', 'email_change_new', 'email_change_current',
             'phone_change', 'reauthentication')),
  constraint one_time_tokens_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint one_time_tokens_flow_exists foreign key (flow_id) references auth.flow_states on delete set null
);
create unique index one_time_tokens_token_hash on auth.one_time_tokens (token_hash);
create index one_time_tokens_relates_to on auth.one_time_tokens (relates_to, kind);
create index one_time_tokens_flow_id on auth.one_time_tokens (flow_id);
create index one_time_tokens_expires_at on auth.one_time_tokens (expires_at);
alter table auth.one_time_tokens enable row level security;
comment on table auth.one_time_tokens is 'Links and codes that are out: one a user and kind, used once.';
comment on column auth.one_time_tokens.relates_to is
  'The address (e-mail in lower case, phone in digits) that the code went to and is entered with.';
comment on column auth.one_time_tokens.code_hash is
  'Keyed hash of the short code, mixed with the user''s id: nobody without the '
  'server''s key can try all codes.';
comment on column auth.one_time_tokens.attempts is
  'Wrong codes so far. Past the limit the code is dead; the link is not, or a stranger could kill it.';
reset role;

-- +goose Down
drop table auth.one_time_tokens;
drop table auth.flow_states;
drop type auth.outcome;
