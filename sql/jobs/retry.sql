-- Same id, same history: who waits for the job by its id still finds it.
create or replace function jobs.retry(_ids bigint[], _now timestamptz default now())
  returns bigint[]
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_ids    bigint[];
  v_queues text[];
begin
  with again as (
    delete from jobs.finished f
     where f.id = any (_ids) and f.state in ('dead', 'cancelled')
       and exists (select from jobs._handler(f.name))
    returning f.*
  ), put as (
    insert into jobs.jobs (id, slot, state, queue, name, is_sql, priority, run_at, max_attempts,
                           created_at, timeout, concurrency_key, idempotency_key, payload, errors)
    select a.id, s.current, 'ready', a.queue, a.name, h.kind = 'sql', a.priority, _now, a.max_attempts,
           a.created_at, a.timeout, a.concurrency_key, a.idempotency_key, a.payload, a.errors
      from again a
     cross join lateral jobs._handler(a.name) h
      join jobs.slots s on s.kind = 'jobs'
    returning id, queue
  ), hurried as (
    update jobs.jobs j
       set state = 'ready', run_at = _now
     where j.id = any (_ids) and j.state::text = 'scheduled'
    returning j.id, j.queue
  ), both_kinds as (
    select p.id, p.queue from put p union all select h.id, h.queue from hurried h
  )
  select array_agg(b.id), array_agg(distinct b.queue) into v_ids, v_queues from both_kinds b;
  if v_queues is not null then
    perform jobs._wake(v_queues);
  end if;
  return coalesce(v_ids, '{}');
end
$$;
comment on function jobs.retry(bigint[], timestamptz) is
  'Makes dead or cancelled jobs ready again, with all their attempts and their history, and lets scheduled '
  'ones run now. Answers the ids that this changed; jobs whose handler is gone are left alone.';
revoke execute on function jobs.retry(bigint[], timestamptz) from public;
grant execute on function jobs.retry(bigint[], timestamptz) to authenticator, service_role;
