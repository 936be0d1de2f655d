-- DELETE /orgs/v1/orgs/{id}: with members and invites, and whatever rows of the
-- app's own refer to it on delete cascade.
create or replace function orgs.delete_org(_org_id uuid, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  select g.status, g.body into status, body from orgs._guard(_org_id, 'orgs:manage') g;
  if status is not null then
    return;
  end if;
  delete from orgs.orgs o where o.id = _org_id;
  perform auth.audit(_action => 'org_deleted', _traits => jsonb_build_object('org_id', _org_id));
  status := 204;
end
$$;
comment on function orgs.delete_org(uuid) is
  'Deletes an organization (orgs:manage): 204; 404, 403 missing_permissions.';
revoke execute on function orgs.delete_org(uuid) from public;
grant execute on function orgs.delete_org(uuid) to authenticated;
