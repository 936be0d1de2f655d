-- What a token of a living session says now.
create or replace function auth.session_claims(
  _session_id uuid, _settings jsonb, _now timestamptz default now())
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_user    auth.users;
  v_session auth.sessions;
begin
  select s.* into v_session
    from auth.sessions s
   where s.id = _session_id and (s.not_after is null or s.not_after > _now);
  select u.* into v_user from auth.users u
   where u.id = v_session.user_id and u.deleted_at is null
     and (u.banned_until is null or u.banned_until <= _now);
  if v_user.id is null then
    return null;
  end if;
  return auth._claims(v_user, v_session, _settings, _now);
end
$$;
comment on function auth.session_claims(uuid, jsonb, timestamptz) is
  'The claims of a session''s access token; null for a session that has ended or a user who may not act.';
revoke execute on function auth.session_claims(uuid, jsonb, timestamptz) from public;
