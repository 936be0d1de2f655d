-- GET /orgs/v1/me/permissions.
create or replace function orgs.my_permissions(_org_id uuid default null, out status int, out body jsonb)
  returns record
  language sql stable
  security definer set search_path = ''
as $$
  select 200,
         jsonb_build_object('org_id', _org_id, 'permissions', array(
           select distinct p.permission
             from unnest(orgs.permissions_of(_user_id => auth.uid(), _org_id => _org_id)) as p (permission)
            order by 1))
$$;
comment on function orgs.my_permissions(uuid) is
  'What the caller''s roles allow, everywhere or in an organization.';
revoke execute on function orgs.my_permissions(uuid) from public;
grant execute on function orgs.my_permissions(uuid) to authenticated, service_role;
