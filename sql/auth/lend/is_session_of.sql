-- Whose session it is.
create or replace function auth.is_session_of(_session_id uuid, _user_id uuid)
  returns boolean
  language sql stable
as $$
  select exists (select from auth.sessions s where s.id = _session_id and s.user_id = _user_id)
$$;
comment on function auth.is_session_of(uuid, uuid) is 'Whether the session is the user''s.';
revoke execute on function auth.is_session_of(uuid, uuid) from public;
