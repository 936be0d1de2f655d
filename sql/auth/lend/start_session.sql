-- A session for a user whose consent another domain has checked. It ends none
-- of the user's own, also where they may have but one.
create or replace function auth.start_session(
  _user_id uuid, _method text, _ip inet, _user_agent text, _settings jsonb, _now timestamptz default now())
  returns uuid
  language plpgsql volatile
as $$
declare
  v_user    auth.users;
  v_session auth.sessions;
begin
  select u.* into v_user from auth.users u
   where u.id = _user_id and u.deleted_at is null and (u.banned_until is null or u.banned_until <= _now);
  if v_user.id is null then
    return null;
  end if;
  v_session := auth._issue_session(v_user, _method, _ip, _user_agent, _now, _settings - 'single_session');
  perform auth._audit('login', 'account', v_user.id, v_session.id, _ip,
                      jsonb_build_object('provider', _method));
  return v_session.id;
end
$$;
comment on function auth.start_session(uuid, text, inet, text, jsonb, timestamptz) is
  'A new session of a user; null for one who is banned or gone.';
revoke execute on function auth.start_session(uuid, text, inet, text, jsonb, timestamptz) from public;
