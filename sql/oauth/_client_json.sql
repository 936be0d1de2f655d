-- A client as registration answers it (RFC 7591); never its secret.
create or replace function oauth._client_json(_client oauth.clients)
  returns jsonb
  language sql stable
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'client_id', _client.id, 'client_name', _client.name, 'client_uri', _client.uri,
    'logo_uri', _client.logo_uri,
    'redirect_uris', _client.redirect_uris, 'grant_types', _client.grant_types,
    'response_types', '["code"]'::jsonb,
    'token_endpoint_auth_method', _client.auth_method, 'scope', 'openid profile email phone offline_access',
    'client_type', case _client.auth_method when 'none' then 'public' else 'confidential' end,
    'registration_type', case when _client.dynamic then 'dynamic' else 'manual' end,
    'client_id_issued_at', floor(extract(epoch from _client.created_at))::bigint,
    'created_at', _client.created_at, 'updated_at', _client.updated_at))
$$;
