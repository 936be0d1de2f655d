-- POST /admin/api-keys: a key for service_role (no user), or for a user, of any
-- tier. Called as the caller: who may, the grant says.
create or replace function auth.admin_api_key_create(
  _user_id uuid, _name text, _prefix text, _key_hash bytea, _scopes text[], _tier text,
  _expires_at timestamptz, _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_made record;
begin
  if _user_id is not null
     and not exists (select from auth.users u where u.id = _user_id and u.deleted_at is null) then
    status := 404;
    body := auth._refusal('user_not_found', 'User not found');
    return;
  end if;
  select i.status, i.body into v_made
    from auth._api_key_insert(
      _user_id, case when _user_id is null then 'service_role' else 'authenticated' end, _name,
      _prefix, _key_hash, _scopes, coalesce(_tier, 'standard'), _expires_at, _now) i;
  status := v_made.status;
  body := v_made.body;
  if status = 201 then
    perform auth._audit('api_key_created', 'token', auth.uid(), null, _ip,
                        jsonb_build_object('api_key_id', body -> 'id', 'user_id', _user_id, 'by', 'admin'));
  end if;
end
$$;
comment on function auth.admin_api_key_create(
  uuid, text, text, bytea, text[], text, timestamptz, inet, timestamptz) is
  'Makes an API key for service_role (null user) or for a user, of a tier: 201 with it. 404 user_not_found; '
  '400 validation_failed; 409 conflict when the prefix is taken.';
revoke execute
  on function auth.admin_api_key_create(uuid, text, text, bytea, text[], text, timestamptz, inet, timestamptz)
  from public;
grant execute
  on function auth.admin_api_key_create(uuid, text, text, bytea, text[], text, timestamptz, inet, timestamptz)
  to service_role;
