-- The steps are copied, so that what is under way keeps the workflow it began with.
create or replace function jobs.start(
  _workflow text, _input jsonb default '{}', _now timestamptz default now())
  returns bigint
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_steps jsonb := (select w.steps from jobs.workflows w where w.name = _workflow);
  v_run   bigint;
begin
  if v_steps is null then
    raise exception using
      errcode = 'PT422', constraint = 'unknown_workflow',
      message = format('There is no workflow %L.', _workflow),
      hint = 'Define it: select jobs.workflow(_name => …, _steps => …).';
  end if;
  insert into jobs.runs (workflow, input, started_at)
  values (_workflow, coalesce(_input, '{}'), _now) returning id into v_run;
  insert into jobs.steps (run, name, position, after, job, payload, sleep, event, timeout)
  select v_run, r.name, o.ord,
         coalesce(r.after, array_remove(array[lag(r.name) over (order by o.ord)], null)),
         r.job, coalesce(r.payload, '{}'),
         r.sleep, r.event, r.timeout
    from jsonb_array_elements(v_steps) with ordinality as o (step, ord)
   cross join lateral jsonb_to_record(o.step) as r (name text, after text[], job text, payload jsonb,
                                                    sleep interval, event text, timeout interval);
  perform jobs._begin_steps(v_run, _now);
  return v_run;
end
$$;
comment on function jobs.start(text, jsonb, timestamptz) is
  'Starts a run of a workflow and answers its id. Refuses PT422 unknown_workflow.';
revoke execute on function jobs.start(text, jsonb, timestamptz) from public;
grant execute on function jobs.start(text, jsonb, timestamptz) to authenticator, service_role;
