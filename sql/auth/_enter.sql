-- The end of every flow that signs somebody in or keeps them signed in.

-- 200 with the user, and what tokens of the session must say.
create or replace function auth._signed_in(
  _user auth.users, _session auth.sessions, _settings jsonb, _now timestamptz, _method text default null)
  returns auth.outcome
  language plpgsql volatile
as $$
declare
  v_out auth.outcome;
begin
  v_out.status := 200;
  v_out.body := auth._user_json(_user);
  v_out.claims := auth._claims(_user, _session, _settings, _now, _method);
  v_out.session_id := _session.id;
  v_out.counter := _session.refresh_counter;
  return v_out;
end
$$;

-- A new session for a user who has proved who they are. Callers have checked
-- that the user is neither banned nor deleted.
create or replace function auth._enter(
  _user auth.users, _method text, _provider text, _ip inet, _user_agent text, _settings jsonb,
  _now timestamptz)
  returns auth.outcome
  language plpgsql volatile
as $$
declare
  v_user    auth.users;
  v_session auth.sessions;
begin
  update auth.users u set last_sign_in_at = _now where u.id = _user.id returning u.* into v_user;
  v_session := auth._issue_session(v_user, _method, _ip, _user_agent, _now, _settings, _provider);
  perform auth._audit('login', 'account', v_user.id, v_session.id, _ip,
                      jsonb_strip_nulls(jsonb_build_object('provider', _provider, 'method', _method)));
  if auth._has_hook('on_login', _settings) then
    perform auth._fire('on_login',
                       jsonb_build_object('user', auth._user_json(v_user), 'session_id', v_session.id,
                                          'method', _method),
                       _ip, _settings, _now);
  end if;
  return auth._signed_in(v_user, v_session, _settings, _now);
end
$$;
