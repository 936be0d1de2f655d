-- POST /oauth/token, grant_type=authorization_code. A code is redeemed once:
-- the update decides between those who bring it at once. A code that comes
-- again was stolen from somebody: what it was redeemed for ends (RFC 9700, 4.5).
create or replace function oauth.exchange(
  _client_id uuid, _secret_mac bytea, _code_hash bytea, _redirect_uri text, _code_challenge text, _ip inet,
  _user_agent text, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out claims jsonb, out id_claims jsonb, out session_id uuid,
  out counter bigint)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_client        oauth.clients;
  v_authorization oauth.authorizations;
  v_grant         oauth.grants;
begin
  select c.* into v_client from oauth._client_auth(_client_id, _secret_mac) c;
  if v_client.id is null then
    status := 401;
    body := oauth._unauthorized();
    return;
  end if;
  status := 400;
  update oauth.authorizations a
     set redeemed_at = _now
   where a.code_hash = _code_hash and a.client_id = v_client.id
     and a.redeemed_at is null and a.expires_at > _now
     and a.code_challenge = _code_challenge and a.redirect_uri = coalesce(_redirect_uri, a.redirect_uri)
  returning a.* into v_authorization;
  if v_authorization.id is null then
    select a.* into v_authorization
      from oauth.authorizations a
     where a.code_hash = _code_hash and a.client_id = v_client.id and a.redeemed_at is not null;
    perform auth.end_session(_session_id => v_authorization.session_id, _cause => 'code_reuse', _ip => _ip);
    body := oauth._error('invalid_grant',
                         'The code is wrong, expired or used, or belongs to another client or redirect_uri');
    return;
  end if;
  v_grant.session_id := auth.start_session(_user_id => v_authorization.user_id,
                                           _method => 'oauth_provider/authorization_code', _ip => _ip,
                                           _user_agent => _user_agent, _settings => _settings, _now => _now);
  if v_grant.session_id is null then
    body := oauth._error('invalid_grant', 'The user may not sign in');
    return;
  end if;
  update oauth.authorizations a set session_id = v_grant.session_id where a.id = v_authorization.id;
  insert into oauth.grants (session_id, client_id, scopes, nonce, created_at)
  values (v_grant.session_id, v_client.id, v_authorization.scopes, v_authorization.nonce, _now)
  returning * into v_grant;
  select t.claims, t.id_claims into claims, id_claims from oauth._tokens(v_grant, _settings, _now) t;
  status := 200;
  body := jsonb_build_object('scope', array_to_string(v_grant.scopes, ' '));
  session_id := v_grant.session_id;
  counter := case when 'refresh_token' = any (v_client.grant_types) then v_grant.counter end;
end
$$;
comment on function oauth.exchange(uuid, bytea, bytea, text, text, inet, text, jsonb, timestamptz) is
  'Redeems a code: 200 with the claims of the tokens, once. 401 invalid_client; 400 invalid_grant, and when '
  'the code was redeemed before, what it was redeemed for ends.';
revoke execute on function oauth.exchange(uuid, bytea, bytea, text, text, inet, text, jsonb, timestamptz)
  from public;
grant execute on function oauth.exchange(uuid, bytea, bytea, text, text, inet, text, jsonb, timestamptz)
  to authenticator;
