-- Called first in every request of every surface, in the request's own round
-- trip: revocation is instant. Two look-ups by primary key, no lock. It raises,
-- because what follows in the pipeline must not run.
create or replace function auth.require_session(_session_id uuid, _user_id uuid)
  returns boolean
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  if _user_id is null and _session_id is null then
    return true; -- an API key, or nobody
  end if;
  perform
     from auth.sessions s
     join auth.users u on u.id = s.user_id
    where s.id = _session_id and s.user_id = _user_id
      and (s.not_after is null or s.not_after > now())
      and u.deleted_at is null and (u.banned_until is null or u.banned_until <= now());
  if not found then
    raise exception using
      errcode = 'PT401', constraint = 'session_not_found', message = 'The session of this token has ended.',
      hint = 'Sign in again.';
  end if;
  return true;
end
$$;
comment on function auth.require_session(uuid, uuid) is
  'True for a living session of a user who is not banned, and for API keys (both null); '
  'raises PT401 session_not_found otherwise.';
revoke execute on function auth.require_session(uuid, uuid) from public;
grant execute on function auth.require_session(uuid, uuid) to authenticator;
