-- Settings of second factors, with their defaults.
create or replace function auth._mfa_setting(_settings jsonb, _name text)
  returns text
  language sql immutable parallel safe
as $$
  select coalesce(_settings ->> _name, case _name
    when 'mfa_totp_enroll' then 'true'
    when 'mfa_totp_verify' then 'true'
    when 'mfa_phone_enroll' then 'false'
    when 'mfa_phone_verify' then 'false'
    when 'mfa_email_enroll' then 'false'
    when 'mfa_email_verify' then 'false'
    when 'mfa_webauthn_enroll' then 'true'
    when 'mfa_webauthn_verify' then 'true'
    when 'mfa_max_factors' then '10'
    when 'mfa_challenge_expiry' then '300'
    when 'mfa_factor_expiry' then '300'
    when 'mfa_phone_max_frequency' then '60'
    when 'mfa_sms_template' then 'Your code is {{ token }}'
    when 'mfa_rate_limit' then '15'
    when 'mfa_rate_limit_hour' then '60'
    when 'passkey_enabled' then 'true'
    when 'passkey_max' then '10'
  end)
$$;
