-- GET /orgs/v1/roles.
create or replace function orgs.list_roles(out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200,
         (select coalesce(jsonb_agg(jsonb_build_object(
            'name', r.name, 'description', r.description, 'permissions', r.permissions,
            'built_in', r.built_in) order by r.built_in desc, r.name), '[]')
            from orgs.roles r)
$$;
comment on function orgs.list_roles() is 'All roles and their permissions, the built-in ones first.';
revoke execute on function orgs.list_roles() from public;
grant execute on function orgs.list_roles() to authenticated, service_role;
