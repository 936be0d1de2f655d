-- PUT /admin/oauth/clients/{id}, and regenerate_secret: what is not named stays.
create or replace function oauth.admin_client_update(
  _id uuid, _metadata jsonb, _secret_hash bytea, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_client oauth.clients;
begin
  select c.* into v_client from oauth.clients c where c.id = _id for update;
  if v_client.id is null then
    status := 404;
    body := oauth._refusal('oauth_client_not_found', 'Client not found');
    return;
  elsif _secret_hash is not null and v_client.auth_method = 'none' then
    status := 400;
    body := oauth._refusal('validation_failed', 'A public client has no secret');
    return;
  end if;
  v_client.name := coalesce(btrim(_metadata ->> 'client_name'), v_client.name);
  v_client.uri := nullif(coalesce(_metadata ->> 'client_uri', v_client.uri), '');
  v_client.logo_uri := nullif(coalesce(_metadata ->> 'logo_uri', v_client.logo_uri), '');
  if jsonb_typeof(_metadata -> 'redirect_uris') = 'array' then
    v_client.redirect_uris := array(select jsonb_array_elements_text(_metadata -> 'redirect_uris'));
  end if;
  body := oauth._check_client(v_client);
  if body is not null then
    status := 400;
    return;
  end if;
  update oauth.clients c
     set name = v_client.name, uri = v_client.uri, logo_uri = v_client.logo_uri,
         redirect_uris = v_client.redirect_uris,
         secret_hash = coalesce(_secret_hash, c.secret_hash), updated_at = _now
   where c.id = _id
  returning c.* into v_client;
  status := 200;
  body := oauth._client_json(v_client);
end
$$;
comment on function oauth.admin_client_update(uuid, jsonb, bytea, timestamptz) is
  'Changes a client''s name, URIs or secret: 200 with it; 404 oauth_client_not_found; '
  '400 as admin_client_create.';
revoke execute on function oauth.admin_client_update(uuid, jsonb, bytea, timestamptz) from public;
grant execute on function oauth.admin_client_update(uuid, jsonb, bytea, timestamptz) to service_role;
