-- A strict function whose body is not is never inlined: policies would call it
-- for each row. Without the mark null still gives null.

-- +goose Up
set local role howdah_owner;
-- +goose StatementBegin
create or replace function storage.foldername(name text)
  returns text[]
  language sql immutable parallel safe
as $$
  select (pg_catalog.string_to_array(name, '/'))
         [1 : pg_catalog.array_length(pg_catalog.string_to_array(name, '/'), 1) - 1]
$$;
-- +goose StatementEnd
reset role;

-- +goose Down
set local role howdah_owner;
-- +goose StatementBegin
create or replace function storage.foldername(name text)
  returns text[]
  language sql immutable strict parallel safe
as $$
  select (pg_catalog.string_to_array(name, '/'))
         [1 : pg_catalog.array_length(pg_catalog.string_to_array(name, '/'), 1) - 1]
$$;
-- +goose StatementEnd
reset role;
