-- Seconds to wait before the address may open or answer another ceremony.
create or replace function auth._limited_passkey(_ip inet, _settings jsonb, _now timestamptz)
  returns int
  language plpgsql volatile
as $$
begin
  if auth._setting(_settings, 'rate_limit_enabled') = 'false' then
    return 0;
  end if;
  return limits.hit('auth.passkey', host(_ip), coalesce(_settings ->> 'passkey_rate_limit', '60')::int,
                    interval '1 minute', _now);
end
$$;
