-- Jobs that belong together, and one more when all of them have ended.
create or replace function jobs.enqueue_batch(_jobs jsonb, _callback jsonb, _now timestamptz default now())
  returns bigint
  language sql volatile
  security definer set search_path = ''
as $$
  select (jobs.enqueue_many(_jobs => jsonb_build_array(
                              jsonb_build_object('after_any', true) || _callback
                              || jsonb_build_object('after', to_jsonb(jobs.enqueue_many(
                                _jobs => _jobs, _now => _now)))),
                            _now => _now))[1]
$$;
comment on function jobs.enqueue_batch(jsonb, jsonb, timestamptz) is
  'Enqueues jobs, as jobs.enqueue_many does, and a callback (one job more) that runs when all of them have '
  'ended, or with "after_any": false when all have succeeded. Answers the callback''s id.';
revoke execute on function jobs.enqueue_batch(jsonb, jsonb, timestamptz) from public;
grant execute on function jobs.enqueue_batch(jsonb, jsonb, timestamptz) to authenticator, service_role;
