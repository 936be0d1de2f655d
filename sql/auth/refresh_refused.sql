-- Counts a refresh token that this server did not make: whoever tries many is
-- slowed down, whoever refreshes honestly never comes here.
create or replace function auth.refresh_refused(
  _ip inet, _settings jsonb, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_wait int := auth._limited('refresh', host(_ip), _settings, _now);
begin
  status := case when v_wait > 0 then 429 else 200 end;
  body := case when v_wait > 0 then auth._too_many(v_wait) end;
end
$$;
comment on function auth.refresh_refused(inet, jsonb, timestamptz) is
  'Counts a made-up refresh token of an IP: 200, or 429 over_request_rate_limit.';
revoke execute on function auth.refresh_refused(inet, jsonb, timestamptz) from public;
grant execute on function auth.refresh_refused(inet, jsonb, timestamptz) to authenticator;
