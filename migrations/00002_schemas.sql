-- A schema a domain. Those that a domain brings later come with its own migration.

-- +goose Up
create schema auth authorization howdah_owner;
create schema limits authorization howdah_owner;
create schema ops authorization howdah_owner;
create schema rest authorization howdah_owner;
comment on schema auth is 'Users, sessions, tokens.';
comment on schema limits is 'Rate limits, quotas, idempotency.';
comment on schema ops is 'Running it: health, the sql/ loader''s books.';
comment on schema rest is 'The compiler behind /rest/v1.';
grant usage on schema auth, limits, ops, rest to authenticator;
-- Policies and column defaults of users lean on auth.uid() and its kin.
grant usage on schema auth to anon, authenticated, service_role;
grant usage on schema public to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to service_role;
alter default privileges in schema public grant all on sequences to service_role;

-- +goose Down
alter default privileges in schema public revoke all on sequences from service_role;
alter default privileges in schema public revoke all on tables from service_role;
revoke usage on schema public from anon, authenticated, service_role;
drop schema rest;
drop schema ops;
drop schema limits;
drop schema auth;
