-- Called from anywhere in a transaction: the job exists when, and only when,
-- the transaction commits.
create or replace function jobs.enqueue(
  _name text, _payload jsonb default '{}', _queue text default null, _run_at timestamptz default null,
  _priority int default 0, _idempotency_key text default null, _max_attempts int default null,
  _timeout interval default null, _concurrency_key text default null, _after bigint[] default null,
  _after_any boolean default false, _unique_for interval default null, _now timestamptz default now())
  returns bigint
  language plpgsql volatile
  security definer set search_path = '' set plan_cache_mode = force_generic_plan set jit = off
as $$
begin
  return (jobs._insert(array[row(_name, _payload, _queue, _run_at, _priority, _idempotency_key,
                                 _unique_for, _max_attempts,
                                 _timeout, _concurrency_key, _after, _after_any)::jobs.new_job],
                       _idempotency_key is not null, _after is not null, _now))[1];
end
$$;
comment on function jobs.enqueue(
  text, jsonb, text, timestamptz, int, text, int, interval, text, bigint[], boolean, interval, timestamptz) is
  'Puts a job into its queue (null: the handler''s) and answers its id. Higher priorities run first. '
  'An idempotency key that is known answers the job that has it. Refuses with PT422 unknown_handler, '
  'bad_payload, bad_function, bad_option, bad_dependency.';
revoke execute
  on function jobs.enqueue(text, jsonb, text, timestamptz, int, text, int, interval, text,
                           bigint[], boolean, interval, timestamptz)
  from public;
grant execute
  on function jobs.enqueue(text, jsonb, text, timestamptz, int, text, int, interval, text,
                           bigint[], boolean, interval, timestamptz)
  to authenticator, service_role;
