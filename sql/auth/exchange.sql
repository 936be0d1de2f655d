-- grant_type=pkce: a code from a redirect, with the verifier that only the
-- client who began the flow has, becomes a session. The code is used once; a
-- wrong verifier leaves it, or whoever sees the redirect could kill it.
create or replace function auth.exchange(
  _code bytea, _challenge_s256 text, _verifier text, _ip inet, _user_agent text, _settings jsonb,
  _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_wait constant int := auth._limited('verify', host(_ip), _settings, _now);
  v_flow auth.flow_states;
  v_user auth.users;
  v_out  auth.outcome;
begin
  if v_wait > 0 then
    return auth._wait(v_wait);
  end if;
  select f.* into v_flow
    from auth.flow_states f
   where f.code_hash = _code and f.user_id is not null
     for update;
  if v_flow.id is null then
    return auth._no(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found');
  elsif (v_flow.expires_at > _now) is not true then
    return auth._no(422, 'flow_state_expired', 'invalid flow state, flow state has expired');
  elsif (v_flow.code_challenge = case v_flow.code_challenge_method
                                   when 's256' then _challenge_s256 else _verifier end) is not true then
    return auth._no(400, 'bad_code_verifier', 'code challenge does not match previously saved code verifier');
  end if;
  delete from auth.flow_states f where f.id = v_flow.id;
  select u.* into v_user from auth.users u where u.id = v_flow.user_id and u.deleted_at is null;
  if v_user.id is null then
    return auth._no(404, 'user_not_found', 'User not found');
  elsif v_user.banned_until > _now then
    return auth._no(403, 'user_banned', 'User is banned');
  end if;
  v_out := auth._enter(v_user,
                       case v_flow.purpose
                         when 'signup' then 'email/signup' when 'email' then 'magiclink'
                         else v_flow.purpose end,
                       v_flow.provider, _ip, _user_agent, _settings, _now);
  v_out.sealed := v_flow.sealed;
  return v_out;
end
$$;
comment on function auth.exchange(bytea, text, text, inet, text, jsonb, timestamptz) is
  'Trades the hash of a flow''s code, and its verifier, for a session: 200, with the provider''s sealed '
  'tokens if it had some. 404 flow_state_not_found, 422 flow_state_expired, 400 bad_code_verifier (the '
  'code stays), 403 user_banned; 429.';
revoke execute on function auth.exchange(bytea, text, text, inet, text, jsonb, timestamptz) from public;
grant execute on function auth.exchange(bytea, text, text, inet, text, jsonb, timestamptz) to authenticator;
