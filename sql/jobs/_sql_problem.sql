-- Why a function cannot be a handler under a role; null when it can. Reads the
-- catalog, because to_regprocedure refuses schemas that the owner may not use.
create or replace function jobs._sql_problem(_function text, _role text)
  returns text
  language plpgsql stable
as $$
declare
  v_parts text[];
begin
  begin
    v_parts := parse_ident(_function);
  exception when invalid_parameter_value then
    return format('%L is no function name: write schema.name.', _function);
  end;
  if cardinality(v_parts) is distinct from 2 then
    return format('%L is no function name: write schema.name.', _function);
  end if;
  if not exists (select
                   from pg_catalog.pg_proc p
                   join pg_catalog.pg_namespace n on n.oid = p.pronamespace
                  where n.nspname = v_parts[1] and p.proname = v_parts[2] and p.prokind = 'f'
                    and (p.pronargs = 0 or p.pronargs = 1 and p.proargtypes[0] = 'jsonb'::regtype)) then
    return format('There is no function %s(jsonb) or %1$s().', _function);
  end if;
  if not exists (select from pg_catalog.pg_roles r
                  where r.rolname = coalesce(_role, 'service_role') and r.rolname <> 'authenticator'
                    and pg_has_role('authenticator', r.oid, 'member')) then
    return format('Jobs cannot run as %I: grant it to authenticator first.', _role);
  end if;
  return null;
end
$$;

-- Whether whoever asks may have functions run as a role: as the request roles
-- whoever may enqueue at all, as others those who may become them. Inside a
-- definer function the setting role still names the one who asks.
create or replace function jobs._may_run_as(_role text)
  returns boolean
  language sql stable
as $$
  select coalesce(_role, 'service_role') in ('anon', 'authenticated', 'service_role')
      or pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user), _role, 'member')
$$;
