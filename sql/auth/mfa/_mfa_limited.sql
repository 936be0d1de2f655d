-- Seconds to wait before the user may try a second factor again; 0 for go
-- ahead. A code has six digits: the limit a minute stops a burst, the one an
-- hour stops whoever has the password and time.
create or replace function auth._mfa_limited(_user_id uuid, _settings jsonb, _now timestamptz)
  returns int
  language plpgsql volatile
as $$
begin
  if auth._setting(_settings, 'rate_limit_enabled') = 'false' then
    return 0;
  end if;
  return greatest(
    limits.hit('auth.mfa', _user_id::text, auth._mfa_setting(_settings, 'mfa_rate_limit')::int,
               interval '1 minute', _now),
    limits.hit('auth.mfa_hour', _user_id::text, auth._mfa_setting(_settings, 'mfa_rate_limit_hour')::int,
               interval '1 hour', _now));
end
$$;
