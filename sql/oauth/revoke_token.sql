-- POST /oauth/revoke (RFC 7009): either token of a session ends the session. A
-- token that is not the client's is no error, and nothing happens.
create or replace function oauth.revoke_token(
  _client_id uuid, _secret_mac bytea, _session_id uuid, _ip inet,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_client oauth.clients;
begin
  select c.* into v_client from oauth._client_auth(_client_id, _secret_mac) c;
  if v_client.id is null then
    status := 401;
    body := oauth._unauthorized();
    return;
  end if;
  perform auth.end_session(_session_id => g.session_id, _cause => 'client', _ip => _ip)
     from oauth.grants g where g.session_id = _session_id and g.client_id = v_client.id;
  status := 200;
  body := '{}';
end
$$;
comment on function oauth.revoke_token(uuid, bytea, uuid, inet) is
  'Ends a session that the client holds: 200 always; 401 invalid_client.';
revoke execute on function oauth.revoke_token(uuid, bytea, uuid, inet) from public;
grant execute on function oauth.revoke_token(uuid, bytea, uuid, inet) to authenticator;
