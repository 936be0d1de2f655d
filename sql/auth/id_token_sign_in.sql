-- grant_type=id_token: a client brings a token that a provider gave it, which
-- the server has verified.
create or replace function auth.id_token_sign_in(
  _provider text, _identity jsonb, _email_optional boolean, _user_id uuid, _session_id uuid, _token jsonb,
  _ip inet, _user_agent text, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_identity constant jsonb := auth._sound_identity(_identity);
  v_user     auth.users;
  v_out      auth.outcome;
begin
  if _user_id is not null then
    select u.* into v_user from auth.users u where u.id = _user_id;
    v_out.body := coalesce(auth._refuse_user(v_user, _session_id, _now), auth._refuse_delegated(_session_id));
    if v_out.body is not null then
      v_out.status := 403;
    elsif auth._setting(_settings, 'manual_linking') <> 'true' then
      v_out := auth._no(404, 'manual_linking_disabled', 'Manual linking is disabled');
    else
      v_out := auth._link(_user_id, _provider, v_identity, _token, _ip, _settings, _now);
    end if;
    select u.* into v_user from auth.users u where u.id = _user_id;
  else
    v_user := auth._join(_provider, v_identity, _email_optional, _ip, _settings, _now);
    v_out := auth._refuse_joined(v_user, _provider, v_identity, _token, _ip, _settings, _now);
  end if;
  if v_out.status is not null then
    return v_out;
  end if;
  return auth._enter(v_user, 'oauth', _provider, _ip, _user_agent, _settings, _now);
end
$$;
comment on function auth.id_token_sign_in(
  text, jsonb, boolean, uuid, uuid, jsonb, inet, text, jsonb, timestamptz) is
  'Signs in, or links to the user if one is given, whom a verified id_token names: 200 with a session; '
  'refusals as oauth_finish, 404 manual_linking_disabled.';
revoke execute
  on function auth.id_token_sign_in(text, jsonb, boolean, uuid, uuid, jsonb, inet, text, jsonb, timestamptz)
  from public;
grant execute
  on function auth.id_token_sign_in(text, jsonb, boolean, uuid, uuid, jsonb, inet, text, jsonb, timestamptz)
  to authenticator;
