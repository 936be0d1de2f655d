-- Forgets what has expired, in bounded batches: pending tokens, flows, locks,
-- counters, and sessions that are past their end. Rows in use are skipped,
-- so that several nodes may call it at once.
create or replace function auth.purge_auth(_batch int default 1000, _now timestamptz default now())
  returns int
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_gone int := 0;
  v_n    int;
begin
  delete from auth.one_time_tokens t where t.id in (
    select o.id from auth.one_time_tokens o where o.expires_at < _now - interval '1 day'
     order by o.expires_at limit _batch for update skip locked);
  get diagnostics v_n = row_count;
  v_gone := v_gone + v_n;
  delete from auth.flow_states f where f.id in (
    select o.id from auth.flow_states o where o.expires_at < _now - interval '1 day'
     order by o.expires_at limit _batch for update skip locked);
  get diagnostics v_n = row_count;
  v_gone := v_gone + v_n;
  delete from auth.lockouts l where l.key in (
    select o.key from auth.lockouts o where greatest(o.failed_at, o.locked_until) < _now - interval '1 day'
     order by o.failed_at limit _batch for update skip locked);
  get diagnostics v_n = row_count;
  v_gone := v_gone + v_n;
  delete from auth.sessions s where s.id in (
    select o.id from auth.sessions o where o.not_after < _now - interval '1 day'
     order by o.not_after limit _batch for update skip locked);
  get diagnostics v_n = row_count;
  return v_gone + v_n + auth.purge_mfa(_limit => _batch, _now => _now)
    + auth.purge_api_key_usage(_limit => _batch, _now => _now) + limits.purge(_batch => _batch, _now => _now);
end
$$;
comment on function auth.purge_auth(int, timestamptz) is
  'Deletes at most _batch each of expired tokens, flows, locks, ended sessions and old counters; '
  'answers how many rows went.';
revoke execute on function auth.purge_auth(int, timestamptz) from public;
grant execute on function auth.purge_auth(int, timestamptz) to authenticator;
