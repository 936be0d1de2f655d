-- Second factors and passkeys. TOTP secrets rest sealed under a key of the
-- server; of codes that go out or are written down only keyed hashes rest here.

-- +goose Up
set local role howdah_owner;
create table auth.mfa_factors (
  id                 uuid not null,
  user_id            uuid not null,
  friendly_name      text not null default '',
  factor_type        text not null,
  status             text not null default 'unverified',
  phone              text,
  secret_sealed      bytea,
  last_step          bigint,
  last_challenged_at timestamptz,
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now(),
  constraint mfa_factors_pkey primary key (id),
  constraint mfa_factors_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint mfa_factors_type_known check (factor_type in ('totp', 'phone', 'webauthn')),
  constraint mfa_factors_status_known check (status in ('unverified', 'verified')),
  constraint mfa_factors_totp_has_secret check ((factor_type = 'totp') = (secret_sealed is not null)),
  constraint mfa_factors_phone_has_number check ((factor_type = 'phone') = (phone is not null))
);
create unique index mfa_factors_name_unique on auth.mfa_factors (user_id, friendly_name)
  where friendly_name <> '';
create index mfa_factors_user_id on auth.mfa_factors (user_id, created_at);
alter table auth.mfa_factors enable row level security;
comment on table auth.mfa_factors is 'Second factors of users. Only a verified one counts.';
comment on column auth.mfa_factors.secret_sealed is
  'The TOTP secret, encrypted under a key of the server and bound to this row''s id.';
comment on column auth.mfa_factors.last_step is
  'The last time step whose TOTP code was used: it and those before are spent.';

create table auth.mfa_challenges (
  id         uuid not null,
  factor_id  uuid not null,
  challenge  bytea,
  code_hash  bytea,
  attempts   int not null default 0,
  ip         inet,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint mfa_challenges_pkey primary key (id),
  constraint mfa_challenges_factor_exists foreign key (factor_id)
    references auth.mfa_factors on delete cascade
);
create index mfa_challenges_factor_id on auth.mfa_challenges (factor_id);
create index mfa_challenges_expires_at on auth.mfa_challenges (expires_at);
alter table auth.mfa_challenges enable row level security;
comment on table auth.mfa_challenges is
  'Challenges of factors that are open. A row goes when it is answered, and with its factor.';
comment on column auth.mfa_challenges.challenge is 'What a WebAuthn authenticator must sign.';
comment on column auth.mfa_challenges.code_hash is
  'Keyed hash of the code that went out by SMS, mixed with this row''s id.';

create table auth.mfa_recovery_codes (
  user_id    uuid not null,
  code_hash  bytea not null,
  used_at    timestamptz,
  created_at timestamptz not null default now(),
  constraint mfa_recovery_codes_pkey primary key (user_id, code_hash),
  constraint mfa_recovery_codes_user_exists foreign key (user_id) references auth.users on delete cascade
);
alter table auth.mfa_recovery_codes enable row level security;
comment on table auth.mfa_recovery_codes is
  'One-time codes for whoever lost the second factor, as keyed hashes.';

create table auth.webauthn_credentials (
  id            uuid not null default gen_random_uuid(),
  user_id       uuid not null,
  factor_id     uuid,
  credential_id bytea not null,
  credential    jsonb not null,
  sign_count    bigint not null default 0,
  friendly_name text,
  created_at    timestamptz not null default now(),
  last_used_at  timestamptz,
  constraint webauthn_credentials_pkey primary key (id),
  constraint webauthn_credentials_known_once unique (credential_id),
  constraint webauthn_credentials_factor_once unique (factor_id),
  constraint webauthn_credentials_user_exists foreign key (user_id) references auth.users on delete cascade,
  constraint webauthn_credentials_factor_exists foreign key (factor_id)
    references auth.mfa_factors on delete cascade,
  constraint webauthn_credentials_name_short check (length(friendly_name) <= 120)
);
create index webauthn_credentials_user_id on auth.webauthn_credentials (user_id);
alter table auth.webauthn_credentials enable row level security;
comment on table auth.webauthn_credentials is
  'Public keys of authenticators: of a factor (factor_id), or a passkey, which signs in by itself.';
comment on column auth.webauthn_credentials.sign_count is
  'The authenticator''s counter at its last use. It must rise, or the authenticator was cloned; '
  '0 for those that do not count.';

create table auth.passkey_challenges (
  id         uuid not null,
  user_id    uuid,
  challenge  bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint passkey_challenges_pkey primary key (id),
  constraint passkey_challenges_user_exists foreign key (user_id) references auth.users on delete cascade
);
create index passkey_challenges_user_id on auth.passkey_challenges (user_id);
create index passkey_challenges_expires_at on auth.passkey_challenges (expires_at);
alter table auth.passkey_challenges enable row level security;
comment on table auth.passkey_challenges is
  'Passkey ceremonies under way: of a user who registers one, or of nobody yet who signs in. '
  'A row goes when it is answered.';

-- No release had this table before: there is nobody to block.
-- squawk-ignore require-concurrent-index-creation
create index sessions_factor_id on auth.sessions (factor_id);
alter table auth.sessions
  -- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
  add constraint sessions_factor_exists foreign key (factor_id)
    references auth.mfa_factors on delete set null;

-- +goose StatementBegin
create function auth.aal()
  returns text
  language sql stable parallel safe
as $$
  select coalesce(nullif(pg_catalog.current_setting('request.jwt.claim.aal', true), ''),
                  nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb
                  ->> 'aal')
$$;
-- +goose StatementEnd
comment on function auth.aal() is
  'How sure we are of the caller: aal1, or aal2 after a second factor; null without a session.';
grant execute on function auth.aal() to public;
grant select (id, user_id, friendly_name, factor_type, status, phone, last_challenged_at,
              created_at, updated_at)
  on auth.mfa_factors to service_role;
reset role;

-- +goose Down
drop function auth.aal();
alter table auth.sessions drop constraint sessions_factor_exists;
drop index auth.sessions_factor_id;
drop table auth.passkey_challenges;
drop table auth.webauthn_credentials;
drop table auth.mfa_recovery_codes;
drop table auth.mfa_challenges;
drop table auth.mfa_factors;
