-- Settings that roles bring along (alter role editor set statement_timeout = '2s').
-- PostgreSQL applies them at login only; a request applies them when it takes the role,
-- as far as the login role may set them.
create or replace function rest.role_settings()
  returns jsonb
  language sql stable
  security definer set search_path = ''
as $$
  select coalesce(jsonb_object_agg(r.rolname, r.settings), '{}')
    from (select a.rolname, jsonb_object_agg(k.name, k.value order by s.setdatabase) as settings
            from pg_catalog.pg_db_role_setting s
            join pg_catalog.pg_database d on d.datname = current_database()
            join pg_catalog.pg_roles a on a.oid = s.setrole
           cross join lateral unnest(s.setconfig) as c(setting)
           cross join lateral (select split_part(c.setting, '=', 1) as name,
                                      substr(c.setting, strpos(c.setting, '=') + 1) as value) k
            left join pg_catalog.pg_settings p on p.name = k.name
           where s.setdatabase in (0, d.oid) and a.rolname <> session_user
             and pg_catalog.pg_has_role(session_user, a.oid, 'member')
             and case when p.name is null then strpos(k.name, '.') > 0
                      else p.context = 'user'
                           or pg_catalog.has_parameter_privilege(session_user, k.name, 'set') end
           group by a.rolname) r
$$;
comment on function rest.role_settings() is 'Settings of the roles that the login role may become, by role.';
revoke execute on function rest.role_settings() from public;
grant execute on function rest.role_settings() to authenticator;
