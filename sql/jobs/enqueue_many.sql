-- Many jobs in one statement: all of them, or none.
create or replace function jobs.enqueue_many(_jobs jsonb, _now timestamptz default now())
  returns bigint[]
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  if jsonb_typeof(_jobs) is distinct from 'array' then
    raise exception using errcode = 'PT422', constraint = 'bad_payload', message = 'Jobs come as a JSON array of objects.';
  end if;
  return jobs._insert(array(
    select row(j.name, coalesce(j.payload, '{}'), j.queue, j.run_at, j.priority, j.idempotency_key, j.unique_for, j.max_attempts,
               j.timeout, j.concurrency_key, j.after, j.after_any)::jobs.new_job
      from jsonb_array_elements(_jobs) with ordinality as e (job, ord)
     cross join lateral jsonb_populate_record(null::jobs.new_job, e.job) j
     order by e.ord), _now);
end
$$;
comment on function jobs.enqueue_many(jsonb, timestamptz) is
  'Puts jobs ([{"name": …, "payload": …, "queue": …, …}, …], the members of jobs.new_job) into their queues and answers their ids in order. Refuses all when one is refused.';
revoke execute on function jobs.enqueue_many(jsonb, timestamptz) from public;
grant execute on function jobs.enqueue_many(jsonb, timestamptz) to authenticator, service_role;
