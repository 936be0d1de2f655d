-- What a signed upload link may replace is settled when it is made, and stays
-- with the upload that it opens.

-- +goose Up
set local lock_timeout = '2s';
set local statement_timeout = '30s';
alter table storage.uploads add column replaces text;
comment on column storage.uploads.replaces is
  'With upsert: * any object of the name, an id that one; else what the same owner has. Null where no link '
  'opened it: an upload without an owner may then replace an object without.';

-- +goose Down
set local lock_timeout = '2s';
alter table storage.uploads drop column replaces;
