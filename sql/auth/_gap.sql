-- Refuses a mail or SMS to an address that got one a moment ago, and any when
-- all users together got as many as may leave in an hour. The address is counted
-- whether anybody has it or not, so that the refusal tells nothing; the hour,
-- when something leaves (see _send).

create or replace function auth._cap_window(_settings jsonb, _channel text)
  returns interval
  language sql immutable parallel safe
as $$
  select make_interval(secs => auth._setting(_settings, _channel || '_cap_window')::double precision)
$$;

-- Seconds until the next mail or SMS may leave; a cap of 0 is none.
create or replace function auth._capped(_channel text, _settings jsonb, _now timestamptz)
  returns int
  language sql stable
as $$
  select case when auth._setting(_settings, _channel || '_cap') = '0' then 0
              else limits.wait('auth.sent', _channel, auth._setting(_settings, _channel || '_cap')::int,
                               auth._cap_window(_settings, _channel), _now) end
$$;

create or replace function auth._count_sent(_channel text, _settings jsonb, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
begin
  if auth._setting(_settings, _channel || '_cap') <> '0' then
    perform limits.hit('auth.sent', _channel, auth._setting(_settings, _channel || '_cap')::int,
                       auth._cap_window(_settings, _channel), _now);
  end if;
end
$$;

create or replace function auth._gap(_kind text, _to text, _settings jsonb, _now timestamptz)
  returns auth.outcome
  language plpgsql volatile
as $$
declare
  v_channel constant text := case when _to ~ '@' then 'mail' else 'sms' end;
  v_gap     constant int := auth._setting(_settings, v_channel || '_gap')::int;
  v_wait    int := auth._capped(v_channel, _settings, _now);
  v_out     auth.outcome;
begin
  if v_wait = 0 and v_gap > 0 then
    v_wait := limits.gap('auth.send.' || _kind, encode(sha256(convert_to(_to, 'UTF8')), 'hex'),
                         make_interval(secs => v_gap), _now);
  end if;
  if v_wait > 0 then
    v_out.status := 429;
    v_out.body := auth._refusal(
      case v_channel when 'sms' then 'over_sms_send_rate_limit' else 'over_email_send_rate_limit' end,
      format('For security purposes, you can only request this after %s seconds.', v_wait), null, v_wait);
  end if;
  return v_out;
end
$$;
