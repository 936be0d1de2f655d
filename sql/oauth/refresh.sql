-- POST /oauth/token, grant_type=refresh_token. Rotation as in auth.refresh: the
-- server has checked the token's MAC; the counter says whether it is current.
-- The one before answers the current one for a moment, for a lost answer; any
-- other is reuse, and ends the session.
create or replace function oauth.refresh(
  _client_id uuid, _secret_mac bytea, _session_id uuid, _counter bigint, _scope text, _ip inet,
  _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb, out claims jsonb, out id_claims jsonb, out session_id uuid,
  out counter bigint)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_client oauth.clients;
  v_grant  oauth.grants;
begin
  select c.* into v_client from oauth._client_auth(_client_id, _secret_mac) c;
  if v_client.id is null then
    status := 401;
    body := oauth._unauthorized();
    return;
  end if;
  status := 400;
  if _scope is not null
     and (oauth._scopes(_scope) <@ (
       select g.scopes from oauth.grants g where g.session_id = _session_id)) is not true then
    body := oauth._error('invalid_scope', 'scope goes beyond what was granted');
    return;
  end if;
  update oauth.grants g
     set counter = g.counter + 1, rotated_at = _now
   where g.session_id = _session_id and g.client_id = v_client.id and g.counter = _counter
  returning g.* into v_grant;
  if v_grant.session_id is null then
    select g.* into v_grant
      from oauth.grants g
     where g.session_id = _session_id and g.client_id = v_client.id
       for update;
    if (_counter = v_grant.counter - 1 and v_grant.rotated_at > _now - interval '10 seconds') is not true then
      perform auth.end_session(_session_id => v_grant.session_id, _cause => 'reuse', _ip => _ip);
      body := oauth._error('invalid_grant', 'The refresh token is unknown or used');
      return;
    end if;
  end if;
  if _scope is not null then
    v_grant.scopes := oauth._scopes(_scope); -- of this access token alone
  end if;
  select t.claims, t.id_claims into claims, id_claims from oauth._tokens(v_grant, _settings, _now) t;
  if claims is null then
    body := oauth._error('invalid_grant', 'The session has ended');
    return;
  end if;
  status := 200;
  body := jsonb_build_object('scope', array_to_string(v_grant.scopes, ' '));
  session_id := v_grant.session_id;
  counter := v_grant.counter;
end
$$;
comment on function oauth.refresh(uuid, bytea, uuid, bigint, text, inet, jsonb, timestamptz) is
  'Rotates a client''s refresh token: 200 with claims and the current counter. 401 invalid_client; '
  '400 invalid_scope, invalid_grant; a used token ends the session.';
revoke execute on function oauth.refresh(uuid, bytea, uuid, bigint, text, inet, jsonb, timestamptz)
  from public;
grant execute on function oauth.refresh(uuid, bytea, uuid, bigint, text, inet, jsonb, timestamptz)
  to authenticator;
