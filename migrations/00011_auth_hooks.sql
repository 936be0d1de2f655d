-- Functions of the user that auth calls, and accounts that are locked.

-- +goose Up
set local role howdah_owner;
create table auth.hooks (
  event      text not null,
  function   text not null,
  position   int not null default 0,
  created_at timestamptz not null default now(),
  constraint hooks_pkey primary key (event, function),
  constraint hooks_event_known check (event in (
    'custom_access_token', 'before_user_created', 'after_user_created', 'on_login',
    'password_verification_attempt', 'mfa_verification_attempt', 'send_email', 'send_sms'))
);
alter table auth.hooks enable row level security;
comment on table auth.hooks is
  'Which functions (schema.name, one jsonb argument, answering jsonb) auth calls at which event, by '
  'position. auth.set_hook() fills it.';

create table auth.lockouts (
  key        text not null,
  failures   int not null,
  level      int not null default 0,
  failed_at  timestamptz not null,
  locked_until timestamptz,
  constraint lockouts_pkey primary key (key)
);
create index lockouts_failed_at on auth.lockouts (failed_at);
alter table auth.lockouts enable row level security;
comment on table auth.lockouts is
  'Failed sign-ins of an account from a network (hashed address @ network). A stranger '
  'elsewhere has a row of his own.';
comment on column auth.lockouts.level is
  'How often it was locked since it cooled down: each time twice as long.';
reset role;

-- +goose Down
drop table auth.lockouts;
drop table auth.hooks;
