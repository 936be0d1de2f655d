-- POST /oauth/introspect (RFC 7662), for clients with a secret. The server has
-- verified the token: _claims of an access token, or session and counter of a
-- refresh token; nulls for what is neither.
create or replace function oauth.introspect(
  _client_id uuid, _secret_mac bytea, _claims jsonb, _session_id uuid, _counter bigint, _settings jsonb,
  _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_client oauth.clients;
  v_grant  oauth.grants;
  v_now    jsonb;
begin
  select c.* into v_client from oauth._client_auth(_client_id, _secret_mac) c where c.auth_method <> 'none';
  if v_client.id is null then
    status := 401;
    body := oauth._unauthorized();
    return;
  end if;
  status := 200;
  body := '{"active": false}';
  select g.* into v_grant from oauth.grants g
   where g.session_id = _session_id and g.client_id = v_client.id
     and (_claims is not null or g.counter = _counter);
  v_now := auth.session_claims(_session_id => v_grant.session_id, _settings => _settings - 'http_hooks',
                               _now => _now);
  if v_now is not null then
    body := jsonb_strip_nulls(jsonb_build_object(
      'active', true, 'client_id', v_grant.client_id, 'sub', v_now -> 'sub',
      'username', nullif(v_now ->> 'email', ''), 'iss', v_now -> 'iss',
      'scope', coalesce(_claims ->> 'scope', array_to_string(v_grant.scopes, ' ')),
      'token_type', case when _claims is null then 'refresh_token' else 'Bearer' end,
      'aud', _claims -> 'aud', 'exp', _claims -> 'exp', 'iat', _claims -> 'iat'));
  end if;
end
$$;
comment on function oauth.introspect(uuid, bytea, jsonb, uuid, bigint, jsonb, timestamptz) is
  'What a token of the client''s is worth now: 200 with active and, if so, whose and for what. '
  '401 invalid_client, also for clients without a secret.';
revoke execute on function oauth.introspect(uuid, bytea, jsonb, uuid, bigint, jsonb, timestamptz) from public;
grant execute on function oauth.introspect(uuid, bytea, jsonb, uuid, bigint, jsonb, timestamptz)
  to authenticator;
