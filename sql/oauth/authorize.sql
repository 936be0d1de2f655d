-- GET /oauth/authorize. Until client and redirect URI are known to belong
-- together, nothing is sent to the URI: a stranger's page must not become a
-- redirector. After that, refusals go there (redirect_uri and params).
create or replace function oauth.authorize(
  _id uuid, _client_id uuid, _redirect_uri text, _response_type text, _scope text, _state text, _nonce text,
  _code_challenge text, _code_challenge_method text, _now timestamptz default now(),
  out status int, out body jsonb, out redirect_uri text, out params jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_client oauth.clients;
  v_scopes constant text[] := oauth._scopes(_scope);
begin
  status := 400;
  select c.* into v_client from oauth.clients c where c.id = _client_id;
  if v_client.id is null then
    body := oauth._error('invalid_request', 'client_id is unknown');
    return;
  elsif _redirect_uri is null and cardinality(v_client.redirect_uris) = 1 then
    redirect_uri := v_client.redirect_uris[1];
  elsif (_redirect_uri = any (v_client.redirect_uris)) is not true then
    body := oauth._error('invalid_request', 'redirect_uri is not registered for this client');
    return;
  else
    redirect_uri := _redirect_uri;
  end if;
  status := 302;
  body := case when (_response_type = 'code') is not true
               then oauth._error('unsupported_response_type', 'response_type must be code')
               when (_code_challenge ~ '^[A-Za-z0-9_-]{43}$' and _code_challenge_method = 'S256') is not true
               then oauth._error('invalid_request',
                                 'code_challenge with code_challenge_method S256 is required')
               when v_scopes is null then oauth._error('invalid_scope', 'scope names what is not supported')
               when length(_state) > 2000 or length(_nonce) > 500
               then oauth._error('invalid_request', 'state or nonce is too long') end;
  if body is not null then
    params := jsonb_strip_nulls(body || jsonb_build_object('state', _state));
    return;
  end if;
  insert into oauth.authorizations (id, client_id, redirect_uri, scopes, state, nonce,
                                    code_challenge, created_at, expires_at)
  values (_id, v_client.id, redirect_uri, v_scopes, _state, _nonce, _code_challenge,
          _now, _now + interval '10 minutes');
  redirect_uri := null;
end
$$;
comment on function oauth.authorize(uuid, uuid, text, text, text, text, text, text, text, timestamptz) is
  'Opens an authorization: 302, to the consent page when redirect_uri is null, else to the client with an '
  'error (unsupported_response_type, invalid_request without PKCE, invalid_scope). 400 for an unknown client '
  'or a redirect URI that is not one of its own, letter by letter.';
revoke execute on function oauth.authorize(uuid, uuid, text, text, text, text, text, text, text, timestamptz)
  from public;
grant execute on function oauth.authorize(uuid, uuid, text, text, text, text, text, text, text, timestamptz)
  to authenticator;
