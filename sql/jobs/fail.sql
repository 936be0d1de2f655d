-- Ends attempts that failed. Each failure stays in the job's history, the last
-- twenty of them.

-- How long the next attempt waits: doubled each time up to the limit, and of
-- that a random half, so that what failed together does not return together.
create or replace function jobs._backoff(_attempts int)
  returns interval
  language sql volatile
as $$
  select least(s.backoff_max, s.backoff_base * power(2, least(_attempts, 30) - 1)) * (0.5 + random() / 2)
    from jobs.settings s
$$;

create or replace function jobs.fail(
  _ids bigint[], _errors text[], _worker uuid default null, _final boolean[] default null,
  _now timestamptz default now())
  returns bigint[]
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_ids  bigint[];
  v_keys text[];
  v_dead bigint[];
begin
  with failed as (
    update jobs.jobs j
       set state = 'scheduled', worker = null, locked_until = null, progress = null,
           run_at = _now + jobs._backoff(j.attempts),
           errors = case when jsonb_array_length(j.errors) >= 20 then j.errors - 0 else j.errors end
                    || jobs._error(j.attempts, j.worker,
                                   coalesce(_errors[array_position(_ids, j.id)], 'failed'), _now)
     where j.id = any (_ids) and j.state::text = 'running' and (_worker is null or j.worker = _worker)
    returning j.id, j.concurrency_key,
              j.attempts >= j.max_attempts or coalesce(_final[array_position(_ids, j.id)], false) as dead)
  select array_agg(f.id), array_agg(f.id) filter (where f.dead),
         array_agg(distinct f.concurrency_key) filter (where f.concurrency_key is not null and not f.dead)
    into v_ids, v_dead, v_keys
    from failed f;
  if v_dead is not null then
    perform jobs._bury(v_dead, 'dead', null, _now);
  end if;
  if v_keys is not null then
    perform jobs._release(v_keys);
  end if;
  return coalesce(v_ids, '{}');
end
$$;
comment on function jobs.fail(bigint[], text[], uuid, boolean[], timestamptz) is
  'Ends an attempt at running jobs, with an error each: they run again after a growing pause, or become dead '
  'letters when attempts are used up or _final says so. Answers the ids that this call failed.';
revoke execute on function jobs.fail(bigint[], text[], uuid, boolean[], timestamptz) from public;
grant execute on function jobs.fail(bigint[], text[], uuid, boolean[], timestamptz)
  to authenticator, service_role;
