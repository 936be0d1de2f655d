-- Sessions in cookies: the same row as a token's, found by the hash of an
-- opaque id that the browser holds.

-- +goose Up
set local role howdah_owner;
alter table auth.sessions add column cookie_hash bytea;
-- No release had this table before: there is nobody to block.
-- squawk-ignore require-concurrent-index-creation
create unique index sessions_cookie_hash on auth.sessions (cookie_hash) where cookie_hash is not null;
-- squawk-ignore require-concurrent-index-creation
create index sessions_not_after on auth.sessions (not_after) where not_after is not null;
comment on column auth.sessions.cookie_hash is
  'SHA-256 of the cookie''s id (256 random bits), for sessions that live in a cookie.';
reset role;

-- +goose Down
drop index auth.sessions_not_after;
alter table auth.sessions drop column cookie_hash;
