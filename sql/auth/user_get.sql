-- GET /auth/v1/user: the caller's user, in one call with the checks that every
-- endpoint for users makes. A token without a session is no user's.

-- The refusal of a token whose user or session is gone; null when all is well.
create or replace function auth._refuse_user(_user auth.users, _session_id uuid, _now timestamptz)
  returns jsonb
  language plpgsql stable
as $$
begin
  if _user.id is null or _user.deleted_at is not null then
    return auth._refusal('user_not_found', 'User from sub claim in JWT does not exist');
  elsif _user.banned_until > _now then
    return auth._refusal('user_banned', 'User is banned');
  elsif not exists (select from auth.sessions s
                     where s.id = _session_id and s.user_id = _user.id
                       and (s.not_after is null or s.not_after > _now)) then
    return auth._refusal('session_not_found', 'Session from session_id claim in JWT does not exist',
                         'Sign in again.');
  end if;
  return null;
end
$$;

create or replace function auth.user_get(
  _user_id uuid, _session_id uuid, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_user auth.users;
begin
  select u.* into v_user from auth.users u where u.id = _user_id;
  body := auth._refuse_user(v_user, _session_id, _now);
  if body is not null then
    status := 403;
    return;
  end if;
  status := 200;
  body := auth._user_json(v_user);
end
$$;
comment on function auth.user_get(uuid, uuid, timestamptz) is
  'The user of a token''s sub and session_id: 200, or 403 user_not_found, user_banned, session_not_found.';
revoke execute on function auth.user_get(uuid, uuid, timestamptz) from public;
grant execute on function auth.user_get(uuid, uuid, timestamptz) to authenticator;
