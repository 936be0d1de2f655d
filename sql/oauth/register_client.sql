-- POST /oauth/clients/register (RFC 7591), and what the administrator makes.
-- The server made id and secret; the hash arrives, and is kept when the
-- client's method uses one.
create or replace function oauth._make_client(
  _id uuid, _metadata jsonb, _secret_hash bytea, _dynamic boolean, _now timestamptz,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_client oauth.clients;
begin
  v_client.id := _id;
  v_client.name := btrim(_metadata ->> 'client_name');
  v_client.uri := nullif(_metadata ->> 'client_uri', '');
  v_client.logo_uri := nullif(_metadata ->> 'logo_uri', '');
  v_client.redirect_uris := array(select jsonb_array_elements_text(
                                    case jsonb_typeof(_metadata -> 'redirect_uris')
                                      when 'array' then _metadata -> 'redirect_uris' end));
  v_client.grant_types := case jsonb_typeof(_metadata -> 'grant_types')
    when 'array' then array(select jsonb_array_elements_text(_metadata -> 'grant_types'))
    else '{authorization_code,refresh_token}' end;
  v_client.auth_method := coalesce(_metadata ->> 'token_endpoint_auth_method', 'client_secret_basic');
  v_client.secret_hash := case when v_client.auth_method <> 'none' then _secret_hash end;
  v_client.dynamic := _dynamic;
  v_client.created_at := _now;
  v_client.updated_at := _now;
  status := 400;
  body := oauth._check_client(v_client);
  if body is not null then
    return;
  end if;
  insert into oauth.clients select v_client.*;
  status := 201;
  body := oauth._client_json(v_client);
end
$$;

create or replace function oauth.register_client(
  _id uuid, _metadata jsonb, _secret_hash bytea, _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  if limits.hit('oauth.register', host(_ip), 10, interval '1 hour', _now) > 0 then
    status := 429;
    body := oauth._refusal('over_request_rate_limit', 'Too many registrations');
    return;
  end if;
  select m.status, m.body into status, body
    from oauth._make_client(_id, _metadata, _secret_hash, true, _now) m;
end
$$;
comment on function oauth.register_client(uuid, jsonb, bytea, inet, timestamptz) is
  'Registers a client by itself: 201 with its metadata; 400 invalid_redirect_uri, '
  'invalid_client_metadata; 429.';
revoke execute on function oauth.register_client(uuid, jsonb, bytea, inet, timestamptz) from public;
grant execute on function oauth.register_client(uuid, jsonb, bytea, inet, timestamptz) to authenticator;
