-- POST /api-keys/{id}/revoke, and DELETE, which forgets the key and its usage.
create or replace function auth.api_key_revoke(
  _user_id uuid, _session_id uuid, _id uuid, _forget boolean, _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_key auth.api_keys;
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is not null then
    return;
  end if;
  update auth.api_keys k
     set revoked_at = coalesce(k.revoked_at, _now)
   where k.id = _id and k.user_id = _user_id
  returning k.* into v_key;
  if v_key.id is null then
    status := 404;
    body := auth._refusal('api_key_not_found', 'API key not found');
    return;
  end if;
  if _forget then
    delete from auth.api_keys k where k.id = v_key.id;
  end if;
  perform auth._audit('api_key_revoked', 'token', _user_id, _session_id, _ip,
                      jsonb_build_object('api_key_id', _id));
  status := case when _forget then 204 else 200 end;
  body := auth._api_key_json(v_key);
end
$$;
comment on function auth.api_key_revoke(uuid, uuid, uuid, boolean, inet, timestamptz) is
  'Revokes the user''s API key, whose next request is refused: 200 with it, or 204 when it is also '
  'forgotten. 404 api_key_not_found; 403 as mfa_enroll.';
revoke execute on function auth.api_key_revoke(uuid, uuid, uuid, boolean, inet, timestamptz) from public;
grant execute on function auth.api_key_revoke(uuid, uuid, uuid, boolean, inet, timestamptz) to authenticator;
