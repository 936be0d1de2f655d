-- Second half of POST /passkeys/registration/verify: keeps a public key that
-- the server has checked. That nobody has it already, the unique key decides.
create or replace function auth.passkey_register_finish(
  _user_id uuid, _session_id uuid, _credential jsonb, _sign_count bigint, _friendly_name text, _ip inet,
  _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_made auth.webauthn_credentials;
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is null and auth._needs_aal2(_user_id, _session_id) then
    body := auth._refusal('insufficient_aal', 'AAL2 required to add a passkey',
                          'Verify a factor of yours first.');
  end if;
  if body is not null then
    return;
  end if;
  perform from auth.users u where u.id = _user_id for no key update; -- the limit holds for many at once
  status := 422;
  if (select count(*) from auth.webauthn_credentials c where c.user_id = _user_id and c.factor_id is null)
     >= auth._mfa_setting(_settings, 'passkey_max')::int then
    body := auth._refusal('too_many_passkeys', 'Maximum number of passkeys reached', 'Delete one first.');
    return;
  end if;
  insert into auth.webauthn_credentials (user_id, credential_id, credential, sign_count,
                                         friendly_name, created_at)
  values (_user_id, decode(_credential ->> 'id', 'base64'), _credential, _sign_count,
          left(_friendly_name, 120), _now)
      on conflict do nothing
  returning * into v_made;
  if v_made.id is null then
    body := auth._refusal('webauthn_credential_exists', 'This passkey is registered already');
    return;
  end if;
  perform auth._audit('passkey_created', 'factor', _user_id, _session_id, _ip,
                      jsonb_build_object('passkey_id', v_made.id));
  status := 200;
  body := auth._passkey_json(v_made);
end
$$;
comment on function auth.passkey_register_finish(uuid, uuid, jsonb, bigint, text, inet, jsonb, timestamptz) is
  'Adds a passkey to the user: 200 with it. 403 as mfa_enroll; 422 too_many_passkeys, '
  'webauthn_credential_exists.';
revoke execute
  on function auth.passkey_register_finish(uuid, uuid, jsonb, bigint, text, inet, jsonb, timestamptz)
  from public;
grant execute
  on function auth.passkey_register_finish(uuid, uuid, jsonb, bigint, text, inet, jsonb, timestamptz)
  to authenticator;
