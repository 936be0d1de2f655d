-- POST /api-keys: a key that stands for its user. The server made the key; here
-- only its hash arrives.
create or replace function auth.api_key_create(
  _user_id uuid, _session_id uuid, _name text, _prefix text, _key_hash bytea, _scopes text[],
  _expires_at timestamptz, _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_made record;
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is null and auth._needs_aal2(_user_id, _session_id) then
    body := auth._refusal('insufficient_aal', 'AAL2 required to make an API key',
                          'Verify a factor of yours first.');
  end if;
  if body is not null then
    return;
  end if;
  perform from auth.users u where u.id = _user_id for no key update; -- the limit holds for many at once
  if (select count(*) from auth.api_keys k where k.user_id = _user_id and k.revoked_at is null) >= 100 then
    status := 422;
    body := auth._refusal('too_many_api_keys', 'Maximum number of API keys reached', 'Revoke one first.');
    return;
  end if;
  select i.status, i.body into v_made
    from auth._api_key_insert(_user_id, 'authenticated', _name, _prefix, _key_hash,
                              _scopes, 'standard', _expires_at, _now) i;
  status := v_made.status;
  body := v_made.body;
  if status = 201 then
    perform auth._audit('api_key_created', 'token', _user_id, _session_id, _ip,
                        jsonb_build_object('api_key_id', body -> 'id', 'scopes', body -> 'scopes'));
  end if;
end
$$;
comment on function auth.api_key_create(
  uuid, uuid, text, text, bytea, text[], timestamptz, inet, timestamptz) is
  'Makes an API key of the user''s: 201 with it. 403 as mfa_enroll, insufficient_aal; 400 validation_failed; '
  '409 conflict when the prefix is taken; 422 too_many_api_keys.';
revoke execute
  on function auth.api_key_create(uuid, uuid, text, text, bytea, text[], timestamptz, inet, timestamptz)
  from public;
grant execute
  on function auth.api_key_create(uuid, uuid, text, text, bytea, text[], timestamptz, inet, timestamptz)
  to authenticator;
