-- Many jobs in one statement: all of them, or none.
create or replace function jobs.enqueue_many(_jobs jsonb, _now timestamptz default now())
  returns bigint[]
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
as $$
declare
  v_jobs      jobs.new_job[];
  v_keyed     boolean;
  v_dependent boolean;
begin
  if jsonb_typeof(_jobs) is distinct from 'array' then
    raise exception using
      errcode = 'PT422', constraint = 'bad_payload', message = 'Jobs come as a JSON array of objects.';
  end if;
  select coalesce(array_agg(j), '{}'), coalesce(bool_or(j.idempotency_key is not null), false),
         coalesce(bool_or(j.after is not null), false) into v_jobs, v_keyed, v_dependent
    from jsonb_populate_recordset('(,{},,,,,,,,,,)'::jobs.new_job, _jobs) j;
  return jobs._insert(v_jobs, v_keyed, v_dependent, _now);
end
$$;
comment on function jobs.enqueue_many(jsonb, timestamptz) is
  'Puts jobs ([{"name": …, "payload": …, "queue": …, …}, …], the members of jobs.new_job) into their queues '
  'and answers their ids in order. Refuses all when one is refused.';
revoke execute on function jobs.enqueue_many(jsonb, timestamptz) from public;
grant execute on function jobs.enqueue_many(jsonb, timestamptz) to authenticator, service_role;
