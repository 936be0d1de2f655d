-- What a cookie stands for: claims for an access token that the server makes
-- for this request and does not hand out. Claims are collected afresh, hooks
-- included.
create or replace function auth.cookie_session(
  _cookie bytea, _ip inet, _user_agent text, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_session auth.sessions;
  v_user    auth.users;
begin
  select s.* into v_session from auth.sessions s where s.cookie_hash = _cookie;
  select u.* into v_user from auth.users u where u.id = v_session.user_id and u.deleted_at is null;
  if v_user.id is null or v_session.not_after <= _now or auth._idle_at(v_session, _settings) <= _now then
    return auth._no(401, 'session_expired', 'The session of this cookie has ended', 'Sign in again.');
  elsif v_user.banned_until > _now then
    return auth._no(403, 'user_banned', 'User is banned');
  end if;
  -- Not each time: a row written at every request would be a hot one.
  update auth.sessions s
     set refreshed_at = _now, updated_at = _now, ip = _ip, user_agent = left(_user_agent, 1024)
   where s.id = v_session.id and coalesce(s.refreshed_at, s.created_at) < _now - interval '1 minute';
  return auth._signed_in(v_user, v_session, _settings, _now, 'token_refresh');
end
$$;
comment on function auth.cookie_session(bytea, inet, text, jsonb, timestamptz) is
  'The claims of a cookie''s session: 200; 401 session_expired for one that has ended or '
  'never was; 403 user_banned.';
revoke execute on function auth.cookie_session(bytea, inet, text, jsonb, timestamptz) from public;
grant execute on function auth.cookie_session(bytea, inet, text, jsonb, timestamptz) to authenticator;
