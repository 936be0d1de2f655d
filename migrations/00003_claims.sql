-- What the caller's token says, for policies and column defaults. They read
-- request.jwt.claim.<name> first and request.jwt.claims then, as Supabase's do.
-- They have no SET clause and are not security definer, so that they inline.

-- +goose Up
set local role howdah_owner;
-- +goose StatementBegin
create function auth.jwt()
  returns jsonb
  language sql stable parallel safe
as $$
  select coalesce(nullif(pg_catalog.current_setting('request.jwt.claim', true), ''),
                  nullif(pg_catalog.current_setting('request.jwt.claims', true), ''))::pg_catalog.jsonb
$$;
-- +goose StatementEnd
comment on function auth.jwt() is 'The claims of the caller''s token; null without one.';

-- +goose StatementBegin
create function auth.uid()
  returns uuid
  language sql stable parallel safe
as $$
  select coalesce(nullif(pg_catalog.current_setting('request.jwt.claim.sub', true), ''),
                  nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb
                  ->> 'sub')::pg_catalog.uuid
$$;
-- +goose StatementEnd
comment on function auth.uid() is 'The id of the caller''s user (claim sub); null without one.';

-- +goose StatementBegin
create function auth.role()
  returns text
  language sql stable parallel safe
as $$
  select coalesce(nullif(pg_catalog.current_setting('request.jwt.claim.role', true), ''),
                  nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb
                  ->> 'role')
$$;
-- +goose StatementEnd
comment on function auth.role() is 'The role that the caller''s token names; null without a token.';

-- +goose StatementBegin
create function auth.email()
  returns text
  language sql stable parallel safe
as $$
  select coalesce(nullif(pg_catalog.current_setting('request.jwt.claim.email', true), ''),
                  nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb
                  ->> 'email')
$$;
-- +goose StatementEnd
comment on function auth.email() is 'The e-mail of the caller''s user; null without one.';
grant execute on function auth.jwt(), auth.uid(), auth.role(), auth.email() to public;
reset role;

-- +goose Down
drop function auth.email();
drop function auth.role();
drop function auth.uid();
drop function auth.jwt();
