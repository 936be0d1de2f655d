-- DELETE /sessions/{id}: ends one of the caller's sessions, and with it its
-- tokens on the very next request.
create or replace function auth.session_revoke(
  _user_id uuid, _session_id uuid, _target uuid, _ip inet, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user auth.users;
  v_out  auth.outcome;
begin
  select u.* into v_user from auth.users u where u.id = _user_id;
  v_out.body := auth._refuse_user(v_user, _session_id, _now);
  if v_out.body is null and (_target = _session_id) is not true then
    v_out.body := auth._refuse_delegated(_session_id);
  end if;
  if v_out.body is not null then
    v_out.status := 403;
    return v_out;
  end if;
  delete from auth.sessions s where s.id = _target and s.user_id = _user_id;
  if not found then
    return auth._no(404, 'not_found', 'You have no such session');
  end if;
  perform auth._audit('logout', 'account', _user_id, _target, _ip, '{"scope": "one"}');
  v_out.status := 204;
  return v_out;
end
$$;
comment on function auth.session_revoke(uuid, uuid, uuid, inet, timestamptz) is
  'Ends one session of the caller: 204; 404 not_found for one that is not theirs; 403 as user_get.';
revoke execute on function auth.session_revoke(uuid, uuid, uuid, inet, timestamptz) from public;
grant execute on function auth.session_revoke(uuid, uuid, uuid, inet, timestamptz) to authenticator;
