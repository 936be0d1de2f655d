-- The only writer of new sessions. A user who is signing in is not banned and
-- not deleted: callers have checked.
create or replace function auth._issue_session(
  _user auth.users, _method text, _ip inet, _user_agent text, _now timestamptz, _settings jsonb default '{}',
  _provider text default null)
  returns auth.sessions
  language plpgsql volatile
as $$
declare
  v_session auth.sessions;
begin
  if auth._setting(_settings, 'single_session') = 'true' then
    delete from auth.sessions s where s.user_id = _user.id;
  end if;
  insert into auth.sessions (id, user_id, created_at, updated_at, not_after, amr, user_agent, ip)
  values (coalesce((_settings ->> 'new_session_id')::uuid, gen_random_uuid()), _user.id, _now, _now,
          _now + make_interval(secs => auth._setting(_settings, 'session_timebox')::double precision),
          jsonb_build_array(jsonb_strip_nulls(
            jsonb_build_object('method', _method, 'timestamp', floor(extract(epoch from _now))::bigint,
                               'provider', _provider))),
          left(_user_agent, 1024), _ip)
  returning * into v_session;
  -- those used last stay; the user's row is locked, so that two who come at once count each other
  if auth._setting(_settings, 'session_max')::int > 0 then
    delete from auth.sessions s where s.id in (
      select o.id from auth.sessions o
       where o.user_id = _user.id and o.id <> v_session.id
       order by coalesce(o.refreshed_at, o.created_at) desc
      offset auth._setting(_settings, 'session_max')::int - 1);
  end if;
  return v_session;
end
$$;
