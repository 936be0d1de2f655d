-- POST /admin/oauth/clients. Called as the caller: who may, the grant says.
create or replace function oauth.admin_client_create(
  _id uuid, _metadata jsonb, _secret_hash bytea, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  select m.status, m.body into status, body
    from oauth._make_client(_id, _metadata, _secret_hash, false, _now) m;
end
$$;
comment on function oauth.admin_client_create(uuid, jsonb, bytea, timestamptz) is
  'Makes a client: 201 with its metadata; 400 invalid_redirect_uri, invalid_client_metadata.';
revoke execute on function oauth.admin_client_create(uuid, jsonb, bytea, timestamptz) from public;
grant execute on function oauth.admin_client_create(uuid, jsonb, bytea, timestamptz) to service_role;
