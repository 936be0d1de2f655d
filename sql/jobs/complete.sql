-- Completion is acknowledged once: the row leaves jobs.jobs in the statement
-- that writes it into jobs.finished, and whoever comes second finds none. A
-- worker whose lease was taken over gets nothing acknowledged.
create or replace function jobs.complete(
  _ids bigint[], _results jsonb[] default null, _worker uuid default null, _now timestamptz default now())
  returns bigint[]
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_ids  bigint[];
  v_keys text[];
begin
  with done as (
    delete from jobs.jobs j
     where j.id = any (_ids) and j.state::text = 'running' and (_worker is null or j.worker = _worker)
    returning j.*
  ), kept as (
    insert into jobs.finished (id, slot, state, queue, name, priority, run_at, attempts,
                               max_attempts, created_at, claimed_at, finished_at, worker, timeout,
                               concurrency_key, idempotency_key, payload, result, errors)
    select d.id, s.current, 'succeeded', d.queue, d.name, d.priority, d.run_at, d.attempts,
           d.max_attempts, d.created_at, d.claimed_at, _now, d.worker, d.timeout, d.concurrency_key,
           d.idempotency_key, d.payload, _results[array_position(_ids, d.id)], d.errors
      from done d
      join jobs.slots s on s.kind = 'finished'
    returning id, concurrency_key
  )
  select array_agg(k.id), array_agg(distinct k.concurrency_key) filter (where k.concurrency_key is not null)
    into v_ids, v_keys
    from kept k;
  if v_ids is not null then
    perform jobs._settle(v_ids, true, v_keys, _now);
  end if;
  return coalesce(v_ids, '{}');
end
$$;
comment on function jobs.complete(bigint[], jsonb[], uuid, timestamptz) is
  'Ends running jobs as succeeded, with their results, and answers the ids that this call ended: '
  'a job that is not running, or not by _worker (null: whoever), is left out.';
revoke execute on function jobs.complete(bigint[], jsonb[], uuid, timestamptz) from public;
grant execute on function jobs.complete(bigint[], jsonb[], uuid, timestamptz) to authenticator, service_role;
