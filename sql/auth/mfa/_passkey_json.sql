-- A passkey as the wire lists it.
create or replace function auth._passkey_json(_credential auth.webauthn_credentials)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object('id', _credential.id, 'created_at', auth._time(_credential.created_at))
      || jsonb_strip_nulls(jsonb_build_object('friendly_name', _credential.friendly_name,
                                              'last_used_at', auth._time(_credential.last_used_at)))
$$;

create or replace function auth._passkey_disabled(_settings jsonb)
  returns jsonb
  language sql immutable
as $$
  select case when auth._mfa_setting(_settings, 'passkey_enabled') is distinct from 'true' then
    auth._refusal('passkey_disabled', 'Passkeys are disabled') end
$$;
