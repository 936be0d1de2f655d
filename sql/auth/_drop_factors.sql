-- Every second factor and passkey of a user goes.
create or replace function auth._drop_factors(_user_id uuid)
  returns void
  language sql volatile
as $$
  delete from auth.mfa_factors f where f.user_id = _user_id;
  delete from auth.mfa_recovery_codes c where c.user_id = _user_id;
  delete from auth.webauthn_credentials c where c.user_id = _user_id;
$$;
