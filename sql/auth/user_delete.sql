-- DELETE /user: the caller's own account, for good. It takes a session that has
-- just begun, so that a browser left open is no way to lose an account.
create or replace function auth.user_delete(
  _user_id uuid, _session_id uuid, _ip inet, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user auth.users;
  v_out  auth.outcome;
begin
  select u.* into v_user from auth.users u where u.id = _user_id for update;
  v_out.body := auth._refuse_user(v_user, _session_id, _now);
  if v_out.body is not null then
    v_out.status := 403;
    return v_out;
  elsif auth._needs_aal2(_user_id, _session_id) then
    return auth._no(401, 'insufficient_aal',
                    'AAL2 session is required to delete the account when MFA is enabled.');
  elsif not exists (select from auth.sessions s
                     where s.id = _session_id and s.created_at > _now - interval '15 minutes'
                       and s.tag is null) then
    return auth._no(403, 'reauthentication_needed', 'Deleting an account needs a fresh session',
                    'Sign in again, then delete.');
  end if;
  delete from auth.users u where u.id = _user_id;
  perform auth._audit('user_deleted', 'team', _user_id, _session_id, _ip);
  v_out.status := 204;
  return v_out;
end
$$;
comment on function auth.user_delete(uuid, uuid, inet, timestamptz) is
  'Deletes the caller''s account: 204; 403 reauthentication_needed for a session older than a quarter of an '
  'hour, or one of impersonation; 401 insufficient_aal; 403 as user_get.';
revoke execute on function auth.user_delete(uuid, uuid, inet, timestamptz) from public;
grant execute on function auth.user_delete(uuid, uuid, inet, timestamptz) to authenticator;
