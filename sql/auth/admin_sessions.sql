-- GET /admin/users/{id}/sessions
create or replace function auth.admin_sessions(_user_id uuid)
  returns auth.outcome
  language sql stable
  security definer set search_path = ''
as $$
  select auth._yes(coalesce(jsonb_agg(auth._session_json(s) order by s.created_at desc), '[]'))
    from (select * from auth.sessions s where s.user_id = _user_id order by s.created_at desc limit 1000) s
$$;
comment on function auth.admin_sessions(uuid) is 'The sessions of a user, newest first, at most 1000.';
revoke execute on function auth.admin_sessions(uuid) from public;
grant execute on function auth.admin_sessions(uuid) to service_role;
