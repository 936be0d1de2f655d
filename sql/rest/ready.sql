-- Whether the data API can serve: called by the readiness probe of
-- `howdah serve --only rest`, as the login role. That the call succeeds says
-- that the database answers and that this schema is installed. Takes no lock.
create or replace function rest.ready(out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200, jsonb_build_object('ready', true, 'read_only', pg_catalog.pg_is_in_recovery())
$$;
comment on function rest.ready() is
  'That the data API can serve: (200, facts). A database where it cannot does not answer this.';
revoke execute on function rest.ready() from public;
grant execute on function rest.ready() to authenticator;
