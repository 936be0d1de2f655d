-- Durable workflows. A workflow is a list of steps; a step is a job, a sleep,
-- or an event to wait for, and begins when the steps it names in after have
-- succeeded (none named: the one before it). Steps are jobs of the queue, so
-- they are retried, time out and survive crashes as jobs do: a run goes on at
-- the step where it stood, and no step that has a result runs again.
create or replace function jobs.workflow(_name text, _steps jsonb)
  returns text
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_bad  record;
  v_jobs jobs.new_job[];
begin
  if jsonb_typeof(_steps) is distinct from 'array' or _steps = '[]' or (_name <> '') is not true then
    raise exception using
      errcode = 'PT422', constraint = 'bad_workflow',
      message = 'A workflow has a name and an array of steps.',
      hint = '[{"name": "charge", "job": "http.request", "payload": {…}}, {"name": "rest", "sleep": "1 day"}, {"name": "approval", "event": "approved", "timeout": "7 days"}]';
  end if;
  select s.name,
         case when (s.name <> '') is not true then 'has no name'
              when num_nonnulls(s.job, s.sleep, s.event) <> 1 then 'must be one of job, sleep, event'
              when s.timeout is not null and s.event is null then 'has a timeout, which only events have'
              when s.times > 1 then 'is there twice'
              when not coalesce(s.after, '{}') <@ s.before
              then 'comes after a step that does not come before it' end as why into v_bad
    from (select e.*, count(*) over (partition by e.name) as times,
                 coalesce(array_agg(e.name) over (
                   order by e.ord rows between unbounded preceding and 1 preceding), '{}') as before
            from (select r.*, o.ord from jsonb_array_elements(_steps) with ordinality as o (step, ord)
                   cross join lateral jsonb_to_record(o.step) as r (
                     name text, job text, sleep interval, event text, timeout interval, after text[])) e) s
   where (s.name <> '') is not true or num_nonnulls(s.job, s.sleep, s.event) <> 1
      or s.timeout is not null and s.event is null or s.times > 1 or not coalesce(s.after, '{}') <@ s.before
   order by s.ord
   limit 1;
  if found then
    raise exception using
      errcode = 'PT422', constraint = 'bad_workflow', message = format('Step %L %s.', v_bad.name, v_bad.why);
  end if;
  v_jobs := array(
    select row(r.job, coalesce(r.payload, '{}'), null, null, null, null, null, null,
               null, null, null, null)::jobs.new_job
      from jsonb_to_recordset(_steps) as r (job text, payload jsonb) where r.job is not null);
  perform jobs._explain(v_jobs), jobs._check_sql(v_jobs, true), jobs._check_http(v_jobs);
  insert into jobs.workflows as w (name, steps) values (_name, _steps)
      on conflict (name) do update
     set steps = excluded.steps, changed_at = now()
   where w.steps <> excluded.steps;
  return _name;
end
$$;
comment on function jobs.workflow(text, jsonb) is
  'Defines a workflow: steps with a name and one of job (with payload), sleep (an interval), '
  'event (with timeout), and after (names of steps before it; without it the one before). '
  'A job finds under "workflow" in its payload the run, the step, the input and the results so far. '
  'Refuses PT422 bad_workflow, unknown_handler, bad_payload, bad_function.';
revoke execute on function jobs.workflow(text, jsonb) from public;
grant execute on function jobs.workflow(text, jsonb) to authenticator, service_role;
