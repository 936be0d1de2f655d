-- Configuration that PostgREST reads from the database: settings of the login
-- role that begin with pgrst. (alter role authenticator set pgrst.db_schemas =
-- 'api'), those for this database over those for all. Called once at the start
-- of `howdah serve --only rest`, as the login role. Takes no lock.
create or replace function rest.login_settings()
  returns jsonb
  language sql stable
  security definer set search_path = ''
as $$
  select coalesce(jsonb_object_agg(substr(k.name, 7), k.value order by s.setdatabase), '{}')
    from pg_catalog.pg_db_role_setting s
   cross join lateral unnest(s.setconfig) as c(setting)
   cross join lateral (select split_part(c.setting, '=', 1) as name,
                              substr(c.setting, strpos(c.setting, '=') + 1) as value) k
   where s.setrole = (select r.oid from pg_catalog.pg_roles r where r.rolname = session_user)
     and s.setdatabase
         in (0, (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
     and starts_with(k.name, 'pgrst.')
$$;
comment on function rest.login_settings() is
  'The pgrst.* settings of the login role, as {"db_schemas": "api"}; {} for none.';
revoke execute on function rest.login_settings() from public;
grant execute on function rest.login_settings() to authenticator;
