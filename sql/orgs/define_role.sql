-- PUT and DELETE /orgs/v1/roles/{name}: roles of the app's own (null
-- permissions delete). By roles:manage everywhere and all that the role has or
-- had, as a superadmin has, or by the service.
create or replace function orgs.define_role(
  _name text, _description text, _permissions text[],
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_role orgs.roles;
begin
  select r.* into v_role from orgs.roles r where r.name = _name for update;
  status := case
    when (auth.role() = 'service_role'
          or auth.has_permission('roles:manage')
             and orgs._may_give(coalesce(_permissions, '{}')
                                || coalesce(v_role.permissions, '{}'))) is not true
    then 403
    when v_role.built_in then 409
    when _permissions is null then case when v_role.name is null then 404
                                        when exists (select from orgs.members m where m.role = _name) then 409
                                        else 204 end
    when (_name ~ '^[a-z][a-z0-9_]{1,62}$' and auth.are_permissions(_permissions)) is not true then 400
    else 200 end;
  body := case status
    when 403 then orgs._refusal('missing_permissions',
                                'You lack the permission roles:manage, or one that the role has or had')
    when 409 then orgs._refusal('conflict', 'The role is built in, or members have it')
    when 404 then orgs._refusal('role_not_found', 'Role not found')
    when 400 then orgs._refusal(
      'validation_failed',
      'A role needs a name of small letters, digits and underscores, and permissions like todos:read') end;
  if status = 204 then
    delete from orgs.roles r where r.name = _name;
  elsif status = 200 then
    insert into orgs.roles as r (name, description, permissions)
    values (_name, coalesce(_description, ''), _permissions)
        on conflict (name) do update
       set description = excluded.description, permissions = excluded.permissions
    returning r.* into v_role;
    body := jsonb_build_object('name', v_role.name, 'description', v_role.description,
                               'permissions', v_role.permissions, 'built_in', v_role.built_in);
  end if;
  if status < 300 then
    perform auth.audit(_action => 'role_defined',
                       _traits => jsonb_build_object('role', _name, 'permissions', _permissions));
  end if;
end
$$;
comment on function orgs.define_role(text, text, text[]) is
  'Makes, changes or (null permissions) deletes a role of the app''s own (roles:manage and all that '
  'it has and had, or the service): 200, 204; 403 missing_permissions; 400; 404; 409 conflict for '
  'built-in roles and those in use.';
revoke execute on function orgs.define_role(text, text, text[]) from public;
grant execute on function orgs.define_role(text, text, text[]) to authenticated, service_role;
