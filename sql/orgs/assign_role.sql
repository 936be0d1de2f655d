-- PUT and DELETE /orgs/v1/users/{id}/roles/{name}: roles that hold everywhere. By
-- whoever has roles:manage and all that the role has (org_admin everywhere is a
-- superadmin by another name), or the service. The last superadmin stays one.
create or replace function orgs.assign_role(
  _user_id uuid, _role text, _granted boolean, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_permissions constant text[] := (select r.permissions from orgs.roles r where r.name = _role);
begin
  if (auth.role() = 'service_role'
      or (auth.has_permission('roles:manage')
          and orgs._may_give(coalesce(v_permissions, '{}')))) is not true then
    status := 403;
    body := orgs._refusal('missing_permissions',
                          'You lack the permission roles:manage, or one that the role has');
    return;
  elsif v_permissions is null or (auth.profile(_user_id => _user_id, _scopes => '{}') is null) then
    status := 404;
    body := orgs._refusal('not_found', 'User or role not found');
    return;
  end if;
  perform from orgs.roles r where r.name = _role for update; -- the last two cannot go at once
  if _granted then
    insert into orgs.user_roles (user_id, role, granted_by, created_at)
    values (_user_id, _role, auth.uid(), _now) on conflict do nothing;
  elsif _role = 'superadmin'
     and not exists (select from orgs.user_roles u where u.role = _role and u.user_id <> _user_id) then
    status := 409;
    body := orgs._refusal('last_admin', 'The last superadmin stays one', 'Make somebody else one first.');
    return;
  else
    delete from orgs.user_roles u where u.user_id = _user_id and u.role = _role;
  end if;
  perform auth.audit(_action => 'role_assigned',
                     _traits => jsonb_build_object('user_id', _user_id, 'role', _role, 'granted', _granted));
  status := 200;
  body := jsonb_build_object('user_id', _user_id, 'roles', to_jsonb(array(
    select u.role from orgs.user_roles u where u.user_id = _user_id order by u.role)));
end
$$;
comment on function orgs.assign_role(uuid, text, boolean, timestamptz) is
  'Gives or takes a role that holds everywhere (roles:manage and all that the role has, or the service): '
  '200 with the user''s roles; 403 missing_permissions; 404; 409 last_admin.';
revoke execute on function orgs.assign_role(uuid, text, boolean, timestamptz) from public;
grant execute on function orgs.assign_role(uuid, text, boolean, timestamptz) to authenticated, service_role;
