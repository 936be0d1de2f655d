-- The only writer of new sessions. A user who is signing in is not banned and
-- not deleted: callers have checked.
create or replace function auth._issue_session(_user auth.users, _method text, _ip inet, _user_agent text, _now timestamptz)
  returns auth.sessions
  language plpgsql volatile
as $$
declare
  v_session auth.sessions;
begin
  insert into auth.sessions (user_id, created_at, updated_at, amr, user_agent, ip)
  values (_user.id, _now, _now,
          jsonb_build_array(jsonb_build_object('method', _method, 'timestamp', floor(extract(epoch from _now))::bigint)),
          left(_user_agent, 1024), _ip)
  returning * into v_session;
  return v_session;
end
$$;
