-- Takes every further way in from a user: second factors, recovery codes,
-- passkeys, API keys.
create or replace function auth._drop_factors(_user_id uuid)
  returns void
  language sql volatile
as $$
  delete from auth.mfa_factors f where f.user_id = _user_id;
  delete from auth.mfa_recovery_codes r where r.user_id = _user_id;
  delete from auth.webauthn_credentials w where w.user_id = _user_id;
  delete from auth.api_keys k where k.user_id = _user_id;
$$;
