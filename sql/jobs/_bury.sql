-- Ends jobs that did not succeed, whatever state they are in. Dead letters go
-- into a slot of their own, which retention leaves alone; cancelled jobs give
-- their idempotency key back.
create or replace function jobs._bury(_ids bigint[], _state jobs.state, _reason text, _now timestamptz)
  returns bigint[]
  language plpgsql volatile
as $$
declare
  v_ids  bigint[];
  v_keys text[];
begin
  with gone as (
    delete from jobs.jobs j where j.id = any (_ids) returning j.*
  ), unblocked as (
    delete from jobs.dependencies d using gone g where d.job = g.id
  ), freed as (
    delete from jobs.keys k
     using gone g
     where _state = 'cancelled' and k.name = g.name and k.key = g.idempotency_key and k.job = g.id
  ), kept as (
    insert into jobs.finished (id, slot, state, queue, name, priority, run_at, attempts,
                               max_attempts, created_at, claimed_at, finished_at, worker,
                               timeout, concurrency_key, idempotency_key, payload, errors)
    select g.id, case when _state = 'dead' then 8 else s.current end, _state, g.queue,
           g.name, g.priority, g.run_at, g.attempts,
           g.max_attempts, g.created_at, g.claimed_at, _now, g.worker, g.timeout,
           g.concurrency_key, g.idempotency_key, g.payload,
           case when _reason is null then g.errors
                else g.errors || jobs._error(g.attempts, g.worker, _reason, _now) end
      from gone g
      join jobs.slots s on s.kind = 'finished'
    returning id, concurrency_key
  )
  select array_agg(k.id), array_agg(distinct k.concurrency_key) filter (where k.concurrency_key is not null)
    into v_ids, v_keys
    from kept k;
  if v_ids is not null then
    perform jobs._settle(v_ids, false, v_keys, _now);
  end if;
  return coalesce(v_ids, '{}');
end
$$;
