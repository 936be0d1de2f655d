-- The server passes its settings with each call, as one jsonb: two nodes may
-- differ, and nothing is cached. What it does not name has the default here.
create or replace function auth._setting(_settings jsonb, _name text)
  returns text
  language sql immutable parallel safe
as $$
  select coalesce(_settings ->> _name, case _name
    when 'issuer' then 'http://127.0.0.1:8000/auth/v1'
    when 'audience' then 'authenticated'
    when 'jwt_exp' then '3600'
    when 'reuse_interval' then '10'
    when 'disable_signup' then 'false'
    when 'autoconfirm' then 'true'
    when 'email_enabled' then 'true'
    when 'anonymous_enabled' then 'false'
    when 'rate_limit_enabled' then 'true'
    when 'rate_limit_window' then '60'
    when 'rate_limit_token' then '10'
    when 'rate_limit_refresh' then '150'
    when 'rate_limit_signup' then '5'
  end)
$$;
