-- POST /cookie/login, second half: the session that a sign-in has just begun
-- moves into a cookie. Its refresh token is never handed out.
create or replace function auth.cookie_begin(
  _session_id uuid, _cookie bytea, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  update auth.sessions s
     set cookie_hash = _cookie, refresh_counter = s.refresh_counter + 1,
         not_after = least(s.not_after, _now + make_interval(secs => auth._setting(
           _settings, 'cookie_max_age')::double precision))
   where s.id = _session_id and s.cookie_hash is null and s.created_at > _now - interval '1 minute';
  return case when found then auth._yes()
              else auth._no(403, 'session_not_found', 'The session has ended', 'Sign in again.') end;
end
$$;
comment on function auth.cookie_begin(uuid, bytea, jsonb, timestamptz) is
  'Binds a session that began within the last minute to the hash of a cookie, once, and ends it with the '
  'cookie''s age: 200, or 403 session_not_found.';
revoke execute on function auth.cookie_begin(uuid, bytea, jsonb, timestamptz) from public;
grant execute on function auth.cookie_begin(uuid, bytea, jsonb, timestamptz) to authenticator;
