-- Whether the database can serve: called by /readyz and /health, as
-- authenticator, in one round trip. That the call succeeds says that the
-- database answers, that the platform is migrated and that roles are granted.
-- Takes no lock.
create or replace function ops.ready(out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_roles text[] := array(
    select r.name
      from unnest(array['anon', 'authenticated', 'service_role']) as r (name)
     where not pg_catalog.pg_has_role('authenticator', r.name, 'member'));
begin
  if v_roles <> '{}' then
    status := 503;
    body := jsonb_build_object('ready', false,
                               'reason', 'authenticator may not become ' || array_to_string(v_roles, ', '));
    return;
  end if;
  status := 200;
  body := jsonb_build_object('ready', true, 'read_only', pg_catalog.pg_is_in_recovery(),
                             'workers', jobs.workers_alive());
end
$$;
comment on function ops.ready() is
  'Whether the database can serve: (200, facts), or (503, reason) when authenticator lacks a role.';
revoke execute on function ops.ready() from public;
grant execute on function ops.ready() to authenticator;
