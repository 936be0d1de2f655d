-- "Not now": the thing that the job needs is not there yet.
create or replace function jobs.snooze(
  _ids bigint[], _for interval, _worker uuid default null, _now timestamptz default now())
  returns bigint[]
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_ids  bigint[];
  v_keys text[];
begin
  with snoozed as (
    update jobs.jobs j
       set state = 'scheduled', worker = null, locked_until = null,
           attempts = j.attempts - 1, run_at = _now + _for
     where j.id = any (_ids) and j.state::text = 'running' and (_worker is null or j.worker = _worker)
    returning j.id, j.concurrency_key)
  select array_agg(s.id), array_agg(distinct s.concurrency_key) filter (where s.concurrency_key is not null)
    into v_ids, v_keys
    from snoozed s;
  if v_keys is not null then
    perform jobs._release(v_keys);
  end if;
  return coalesce(v_ids, '{}');
end
$$;
comment on function jobs.snooze(bigint[], interval, uuid, timestamptz) is
  'Puts running jobs back for a while without using up an attempt; answers their ids. A drained worker hands '
  'back what it did not start with _for => 0.';
revoke execute on function jobs.snooze(bigint[], interval, uuid, timestamptz) from public;
grant execute on function jobs.snooze(bigint[], interval, uuid, timestamptz) to authenticator, service_role;
