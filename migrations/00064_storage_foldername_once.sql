-- Policies call this for each row: the name is split once, not twice. An empty
-- name, too, is in no folder.

-- +goose Up
set local role howdah_owner;
-- +goose StatementBegin
create or replace function storage.foldername(name text)
  returns text[]
  language sql immutable parallel safe
as $$
  select pg_catalog.trim_array(pg_catalog.string_to_array(name, '/'), least(pg_catalog.octet_length(name), 1))
$$;
-- +goose StatementEnd
reset role;

-- +goose Down
set local role howdah_owner;
-- +goose StatementBegin
create or replace function storage.foldername(name text)
  returns text[]
  language sql immutable parallel safe
as $$
  select (pg_catalog.string_to_array(name, '/'))[1 : pg_catalog.array_length(pg_catalog.string_to_array(
    name, '/'), 1) - 1]
$$;
-- +goose StatementEnd
reset role;
