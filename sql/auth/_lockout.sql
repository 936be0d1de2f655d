-- Locks that escalate and cool down. An account is locked for a network, so
-- that a stranger elsewhere cannot lock its owner out; the address itself is
-- not stored.
create or replace function auth._account_key(_address text, _ip inet)
  returns text
  language sql immutable parallel safe
as $$
  select encode(sha256(convert_to(coalesce(lower(_address), ''), 'UTF8')), 'hex')
      || '@' || coalesce(host(network(set_masklen(_ip, case family(_ip) when 4 then 24 else 48 end))), '')
$$;

-- Seconds until the account may be tried again from there.
create or replace function auth._locked(_key text, _now timestamptz)
  returns int
  language sql stable
as $$
  select coalesce((select greatest(0, ceil(extract(epoch from l.locked_until - _now)))::int
                     from auth.lockouts l
                    where l.key = _key), 0)
$$;

-- Counts a failure. Each lockout_threshold of them within lockout_window locks,
-- each time twice as long, up to lockout_cap. A window without any cools down.
create or replace function auth._count_failure(_key text, _settings jsonb, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_threshold constant int := auth._setting(_settings, 'lockout_threshold')::int;
  v_window    constant interval := make_interval(secs => auth._setting(
    _settings, 'lockout_window')::double precision);
  v_lockout   auth.lockouts;
begin
  if v_threshold <= 0 or auth._setting(_settings, 'rate_limit_enabled') = 'false' then
    return;
  end if;
  insert into auth.lockouts as l (key, failures, failed_at)
  values (_key, 1, _now)
      on conflict (key) do update
     set failures = case when greatest(l.failed_at, l.locked_until) < _now - v_window then 1
                         else l.failures + 1 end,
         level = case when greatest(l.failed_at, l.locked_until) < _now - v_window then 0 else l.level end,
         failed_at = _now
  returning * into v_lockout;
  if v_lockout.failures >= v_threshold then
    update auth.lockouts l
       set failures = 0, level = least(l.level + 1, 30), locked_until = _now + make_interval(secs => least(
             auth._setting(_settings, 'lockout_cap')::double precision,
             auth._setting(_settings, 'lockout_base')::double precision * 2 ^ l.level))
     where l.key = _key;
    perform auth._audit('account_locked', 'account', null, null, null,
                        jsonb_build_object('level', v_lockout.level + 1));
  end if;
end
$$;
