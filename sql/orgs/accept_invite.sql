-- POST /orgs/v1/invites/accept. The link alone is not enough: the account must
-- own the invited address, and whoever invited must still be one who may give the
-- role. Deleting the invite decides between many at once.
create or replace function orgs.accept_invite(
  _token_hash bytea, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_invite orgs.invites;
begin
  delete from orgs.invites i
   where i.token_hash = _token_hash and i.expires_at > _now
     and auth.owns_email(_user_id => auth.uid(), _email => i.email)
  returning i.* into v_invite;
  if orgs._holds(v_invite.invited_by, v_invite.org_id,
                 (select r.permissions from orgs.roles r where r.name = v_invite.role)) is not true then
    status := 404;
    body := orgs._refusal('invite_not_found',
                          'The invite is unknown, used, expired or taken back, or for another address',
                          'Sign in with the address that was invited, or ask for another invite.');
    return;
  end if;
  -- Who is a member already keeps the role they have.
  insert into orgs.members (org_id, user_id, role, joined_at)
  values (v_invite.org_id, auth.uid(), v_invite.role, _now)
      on conflict on constraint members_pkey do nothing;
  perform auth.audit(_action => 'invite_accepted',
                     _traits => jsonb_build_object('org_id', v_invite.org_id, 'invite_id', v_invite.id));
  status := 200;
  body := (select orgs._org_json(o) || jsonb_build_object('role', m.role)
             from orgs.orgs o
             join orgs.members m on m.org_id = o.id and m.user_id = auth.uid()
            where o.id = v_invite.org_id);
end
$$;
comment on function orgs.accept_invite(bytea, timestamptz) is
  'Joins the organization of an invite to the caller''s confirmed address: '
  '200 with it; 404 invite_not_found.';
revoke execute on function orgs.accept_invite(bytea, timestamptz) from public;
grant execute on function orgs.accept_invite(bytea, timestamptz) to authenticated;
