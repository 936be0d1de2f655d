-- /callback, second half: the provider has said who the user is.
create or replace function auth.oauth_finish(
  _flow_id uuid, _identity jsonb, _email_optional boolean, _flow_code bytea, _tokens bytea, _token jsonb,
  _ip inet, _user_agent text, _settings jsonb, _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_identity constant jsonb := auth._sound_identity(_identity);
  v_flow     auth.flow_states;
  v_user     auth.users;
  v_out      auth.outcome;
begin
  select f.* into v_flow from auth.flow_states f
   where f.id = _flow_id and f.state_hash is null and f.user_id is null and f.expires_at > _now for update;
  if v_flow.id is null then
    return auth._no(400, 'bad_oauth_state', 'OAuth state not found or expired');
  elsif v_flow.linking_user_id is not null then
    v_out := auth._link(v_flow.linking_user_id, v_flow.provider, v_identity, _token, _ip, _settings, _now);
    select u.* into v_user from auth.users u where u.id = v_flow.linking_user_id;
  else
    v_user := auth._join(v_flow.provider, v_identity, _email_optional, _ip, _settings, _now);
    v_out := auth._refuse_joined(v_user, v_flow.provider, v_identity, _token, _ip, _settings, _now);
  end if;
  if v_out.status is null and v_flow.code_challenge is not null then
    update auth.flow_states f
       set user_id = v_user.id, code_hash = _flow_code, sealed = _tokens,
           expires_at = _now + make_interval(secs => auth._setting(_settings, 'flow_exp')::double precision)
     where f.id = v_flow.id;
    v_out.status := 200;
    v_out.flow := 'pkce';
    return v_out;
  end if;
  delete from auth.flow_states f where f.id = v_flow.id;
  if v_out.status is not null then
    return v_out;
  end if;
  return auth._enter(v_user, 'oauth', v_flow.provider, _ip, _user_agent, _settings, _now);
end
$$;
comment on function auth.oauth_finish(
  uuid, jsonb, boolean, bytea, bytea, jsonb, inet, text, jsonb, timestamptz) is
  'Ends a flow with what a provider says of a user ({sub, email, email_verified, …}): 200 with a session, '
  'or with flow pkce and the session at auth.exchange; 422 signup_disabled, identity_already_exists; '
  '403 user_banned, provider_email_needs_verification; 400 bad_oauth_state.';
revoke execute
  on function auth.oauth_finish(uuid, jsonb, boolean, bytea, bytea, jsonb, inet, text, jsonb, timestamptz)
  from public;
grant execute
  on function auth.oauth_finish(uuid, jsonb, boolean, bytea, bytea, jsonb, inet, text, jsonb, timestamptz)
  to authenticator;
