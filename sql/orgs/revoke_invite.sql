-- DELETE /orgs/v1/orgs/{id}/invites/{invite}.
create or replace function orgs.revoke_invite(_org_id uuid, _id uuid, out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  select g.status, g.body into status, body from orgs._guard(_org_id, 'members:manage') g;
  if status is not null then
    return;
  end if;
  delete from orgs.invites i where i.org_id = _org_id and i.id = _id;
  status := case when found then 204 else 404 end;
  body := case when status = 404 then orgs._refusal('invite_not_found', 'Invite not found') end;
end
$$;
comment on function orgs.revoke_invite(uuid, uuid) is
  'Takes an invite back (members:manage): 204; 404; 403 missing_permissions.';
revoke execute on function orgs.revoke_invite(uuid, uuid) from public;
grant execute on function orgs.revoke_invite(uuid, uuid) to authenticated;
