-- POST /orgs/v1/orgs/{id}/invites: mails a link, in the same transaction. The
-- server made its token; the hash arrives, and the link sealed. A second invite
-- of the same address replaces the first. Whether the address has an account
-- does not show.
create or replace function orgs.invite_member(
  _org_id uuid, _email text, _role text, _token_hash bytea, _sealed bytea, _site_url text,
  _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_email  constant text := lower(btrim(_email));
  v_invite orgs.invites;
begin
  select g.status, g.body into status, body from orgs._guard(_org_id, 'members:manage') g;
  if status is null then
    body := orgs._role_refusal(_org_id, _role);
    status := case body ->> 'code' when 'validation_failed' then 400 when 'missing_permissions' then 403 end;
  end if;
  if status is not null then
    return;
  elsif (v_email ~ '^[^@\s[:cntrl:]]{1,64}@[^@\s[:cntrl:]]{1,190}$') is not true then
    status := 400;
    body := orgs._refusal('validation_failed', 'email must be an address');
    return;
  elsif limits.hit('orgs.invite', _org_id::text, 100, interval '1 hour', _now) > 0 then
    status := 429;
    body := orgs._refusal('over_email_send_rate_limit', 'Too many invites', 'Wait an hour.');
    return;
  end if;
  insert into orgs.invites (org_id, email, role, token_hash, invited_by, created_at, expires_at)
  values (_org_id, v_email, _role, _token_hash, auth.uid(), _now, _now + interval '7 days')
      on conflict on constraint invites_one_pending do update
     set role = excluded.role, token_hash = excluded.token_hash, invited_by = excluded.invited_by,
         created_at = excluded.created_at, expires_at = excluded.expires_at
  returning * into v_invite;
  perform mail.send(_to => v_email, _template => 'invite',
                    _data => jsonb_build_object('site_url', _site_url, 'email', v_email), _sealed => _sealed);
  perform auth.audit(_action => 'user_invited', _traits => jsonb_build_object(
    'org_id', _org_id, 'invite_id', v_invite.id, 'role', _role));
  status := 201;
  body := to_jsonb(v_invite) - 'token_hash';
end
$$;
comment on function orgs.invite_member(uuid, text, text, bytea, bytea, text, timestamptz) is
  'Invites an address into an organization (members:manage) as a role that the caller may give: '
  '201 with the invite, and a mail is on its way. 404, 403 missing_permissions, 400 validation_failed, 429.';
revoke execute on function orgs.invite_member(uuid, text, text, bytea, bytea, text, timestamptz) from public;
grant execute on function orgs.invite_member(uuid, text, text, bytea, bytea, text, timestamptz)
  to authenticated;
