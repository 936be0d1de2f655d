-- Seconds to wait before the caller may try the flow again; 0 for go ahead.
-- Limits of authentication fail closed: a null key shares one counter.
create or replace function auth._limited(_flow text, _key text, _settings jsonb, _now timestamptz)
  returns int
  language plpgsql volatile
as $$
begin
  if auth._setting(_settings, 'rate_limit_enabled') = 'false' then
    return 0;
  end if;
  return limits.hit('auth.' || _flow, _key, auth._setting(_settings, 'rate_limit_' || _flow)::int,
                    make_interval(secs => auth._setting(_settings, 'rate_limit_window')::double precision),
                    _now);
end
$$;
