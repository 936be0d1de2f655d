-- PUT and DELETE /orgs/v1/orgs/{id}/members/{user}. Nobody hands out more than
-- they have, and an organization keeps an administrator: the organization's row
-- is locked, so that the last two cannot leave at once. What the member invited
-- in the old role goes with it: an invite to a second address of theirs would
-- bring them back.

-- Why the caller may not give or take the role; null when they may.
create or replace function orgs._role_refusal(_org_id uuid, _role text)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_wanted constant text[] := (select r.permissions from orgs.roles r where r.name = _role);
begin
  if v_wanted is null or _role = 'superadmin' then
    return orgs._refusal('validation_failed', 'The role is unknown, or not one within organizations');
  elsif orgs._may_give(v_wanted, _org_id) then
    return null;
  end if;
  return orgs._refusal('missing_permissions', 'The role has permissions that you lack');
end
$$;

create or replace function orgs.set_role(
  _org_id uuid, _user_id uuid, _role text,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_before text;
begin
  perform from orgs.orgs o where o.id = _org_id for update;
  v_before := (select m.role from orgs.members m where m.org_id = _org_id and m.user_id = _user_id);
  -- whoever wants may leave
  if (_role is null and _user_id = auth.uid() and v_before is not null) is not true then
    select g.status, g.body into status, body from orgs._guard(_org_id, 'members:manage') g;
    body := coalesce(body, case when _role is not null then orgs._role_refusal(_org_id, _role) end,
                     orgs._role_refusal(_org_id, coalesce(v_before, _role)));
    if body is not null then
      status := coalesce(status, case body ->> 'code' when 'validation_failed' then 400 else 403 end);
      return;
    end if;
  end if;
  if v_before is null then
    status := 404;
    body := orgs._refusal('member_not_found', 'Member not found', 'Invite somebody instead.');
    return;
  elsif v_before = 'org_admin' and _role is distinct from 'org_admin'
        and not exists (select from orgs.members m
                         where m.org_id = _org_id and m.role = 'org_admin' and m.user_id <> _user_id) then
    status := 409;
    body := orgs._refusal('last_admin', 'An organization keeps an administrator',
                          'Make somebody else one first.');
    return;
  end if;
  delete from orgs.invites i
   where i.org_id = _org_id and i.invited_by = _user_id and v_before is distinct from _role;
  if _role is null then
    delete from orgs.members m where m.org_id = _org_id and m.user_id = _user_id;
  else
    update orgs.members m set role = _role where m.org_id = _org_id and m.user_id = _user_id;
  end if;
  perform auth.audit(_action => 'member_changed', _traits => jsonb_build_object(
    'org_id', _org_id, 'user_id', _user_id, 'from', v_before, 'to', _role));
  status := case when _role is null then 204 else 200 end;
  body := jsonb_build_object('user_id', _user_id, 'role', _role);
end
$$;
comment on function orgs.set_role(uuid, uuid, text) is
  'Gives a member another role (members:manage), or removes them (null; oneself without it): 200 or 204. '
  '404, 403 missing_permissions, also for more than the caller has; 400 validation_failed; 409 last_admin.';
revoke execute on function orgs.set_role(uuid, uuid, text) from public;
grant execute on function orgs.set_role(uuid, uuid, text) to authenticated;
