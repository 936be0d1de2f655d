-- Refresh rotation. The server has checked the token's MAC: the session and
-- the counter are what it once handed out. On the way that honest clients take
-- it is one UPDATE, whose row lock orders those who refresh at once: the first
-- raises the counter, the others find themselves one behind and get the same
-- token. (Outcomes: GoTrue's counter tokens, "v2".)

-- When the session ends for want of use; infinity without an inactivity limit.
create or replace function auth._idle_at(_session auth.sessions, _settings jsonb)
  returns timestamptz
  language sql stable
as $$
  select coalesce(coalesce(_session.refreshed_at, _session.created_at)
    + make_interval(secs => auth._setting(_settings, 'session_inactivity')::double precision), 'infinity')
$$;

-- What to answer a token that is not the current one; null body for the current one again.
create or replace function auth._refresh_stale(
  _session auth.sessions, _counter bigint, _ip inet, _settings jsonb, _now timestamptz)
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_reuse constant interval := make_interval(secs => auth._setting(
    _settings, 'reuse_interval')::double precision);
begin
  if _counter = _session.refresh_counter - 1 then
    return null; -- the parent of the current one: our answer was lost, or this one lost a race
  elsif _counter < _session.refresh_counter then
    if (_session.refreshed_at > _now - v_reuse) is true then
      return null;
    end if;
    delete from auth.sessions s where s.id = _session.id;
    perform auth._audit('token_revoked', 'token', _session.user_id, _session.id, _ip, '{"cause": "reuse"}');
    return auth._refusal('refresh_token_already_used', 'Invalid Refresh Token: Already Used',
                         'The session has ended: sign in again.');
  end if;
  return auth._refusal('validation_failed', 'Refresh Token is not valid');
end
$$;

-- Why the update found nothing to rotate; null body when the current token is to be given again.
create or replace function auth._refresh_refused(
  _user auth.users, _session auth.sessions, _counter bigint, _ip inet, _settings jsonb, _now timestamptz)
  returns jsonb
  language plpgsql volatile
as $$
begin
  if _user.banned_until > _now then
    return auth._refusal('user_banned', 'User is banned');
  elsif _session.id is null or _user.id is null or _user.deleted_at is not null then
    return auth._refusal('session_not_found', 'Session from session_id claim in JWT does not exist',
                         'Sign in again.');
  elsif _session.not_after <= _now or auth._idle_at(_session, _settings) <= _now then
    return auth._refusal('session_expired', 'Session has expired', 'Sign in again.');
  end if;
  return auth._refresh_stale(_session, _counter, _ip, _settings, _now);
end
$$;

create or replace function auth.refresh(
  _session_id uuid, _counter bigint, _ip inet, _user_agent text, _settings jsonb,
  _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_session auth.sessions;
  v_user    auth.users;
  v_no      auth.outcome;
begin
  update auth.sessions s
     set refresh_counter = s.refresh_counter + 1, refreshed_at = _now, updated_at = _now,
         ip = _ip, user_agent = left(_user_agent, 1024)
    from auth.users u
   where s.id = _session_id and s.refresh_counter = _counter and (s.not_after is null or s.not_after > _now)
     and auth._idle_at(s, _settings) > _now
     and u.id = s.user_id and u.deleted_at is null and (u.banned_until is null or u.banned_until <= _now)
  returning s.* into v_session;
  if v_session.id is null then
    select s.* into v_session from auth.sessions s where s.id = _session_id for update;
    select u.* into v_user from auth.users u where u.id = v_session.user_id;
    v_no.body := auth._refresh_refused(v_user, v_session, _counter, _ip, _settings, _now);
    if v_no.body is not null then
      v_no.status := 400;
      return v_no;
    end if;
  else
    select u.* into v_user from auth.users u where u.id = v_session.user_id;
    perform auth._audit('token_refreshed', 'token', v_user.id, v_session.id, _ip);
  end if;
  return auth._signed_in(v_user, v_session, _settings, _now, 'token_refresh');
end
$$;
comment on function auth.refresh(uuid, bigint, inet, text, jsonb, timestamptz) is
  'Rotates a refresh token (session, counter): 200 with user, claims and the counter that is now current, '
  'or 400 user_banned, session_not_found, session_expired, validation_failed. 400 refresh_token_already_used '
  'ends the session, and commits.';
revoke execute on function auth.refresh(uuid, bigint, inet, text, jsonb, timestamptz) from public;
grant execute on function auth.refresh(uuid, bigint, inet, text, jsonb, timestamptz) to authenticator;
