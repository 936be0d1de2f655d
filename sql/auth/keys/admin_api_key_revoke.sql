-- DELETE /admin/api-keys/{id}: revokes any key, and says whose it was.
create or replace function auth.admin_api_key_revoke(
  _id uuid, _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_key auth.api_keys;
begin
  update auth.api_keys k
     set revoked_at = coalesce(k.revoked_at, _now)
   where k.id = _id
  returning k.* into v_key;
  if v_key.id is null then
    status := 404;
    body := auth._refusal('api_key_not_found', 'API key not found');
    return;
  end if;
  perform auth._audit('api_key_revoked', 'token', auth.uid(), null, _ip,
                      jsonb_build_object('api_key_id', _id, 'by', 'admin'));
  status := 200;
  body := auth._api_key_json(v_key);
end
$$;
comment on function auth.admin_api_key_revoke(uuid, inet, timestamptz) is
  'Revokes any API key: 200 with it; 404 api_key_not_found.';
revoke execute on function auth.admin_api_key_revoke(uuid, inet, timestamptz) from public;
grant execute on function auth.admin_api_key_revoke(uuid, inet, timestamptz) to service_role;
