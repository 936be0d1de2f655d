-- The server passes its settings with each call, as one jsonb: two nodes may
-- differ, and nothing is cached. What it does not name has the default here.
create or replace function auth._setting(_settings jsonb, _name text)
  returns text
  language sql immutable parallel safe
as $$
  select coalesce(_settings ->> _name, case _name
    when 'issuer' then 'http://127.0.0.1:8000/auth/v1'
    when 'site_url' then 'http://127.0.0.1:8000'
    when 'audience' then 'authenticated'
    when 'jwt_exp' then '3600'
    when 'reuse_interval' then '10'
    when 'disable_signup' then 'false'
    when 'autoconfirm' then 'true'
    when 'phone_autoconfirm' then 'false'
    when 'email_enabled' then 'true'
    when 'phone_enabled' then 'false'
    when 'anonymous_enabled' then 'false'
    when 'secure_email_change' then 'true'
    when 'manual_linking' then 'false'
    when 'reauthenticate_password' then 'false'
    when 'require_current_password' then 'false'
    when 'otp_exp' then '3600'
    when 'sms_otp_exp' then '60'
    when 'otp_attempts' then '5'
    when 'mail_gap' then '60'
    when 'sms_gap' then '60'
    when 'sms_template' then 'Your code is {{ .Code }}'
    when 'flow_exp' then '300'
    when 'cookie_max_age' then '14400'
    when 'single_session' then 'false'
    when 'lockout_threshold' then '5'
    when 'lockout_window' then '900'
    when 'lockout_base' then '30'
    when 'lockout_cap' then '3600'
    when 'rate_limit_enabled' then 'true'
    when 'rate_limit_window' then '60'
    when 'rate_limit_token' then '10'
    when 'rate_limit_refresh' then '150'
    when 'rate_limit_signup' then '5'
    when 'rate_limit_recover' then '3'
    when 'rate_limit_otp' then '5'
    when 'rate_limit_magiclink' then '5'
    when 'rate_limit_verify' then '30'
  end)
$$;
