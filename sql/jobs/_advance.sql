-- Moves runs on. The run's row is locked first, so that of two steps that end
-- at once the second sees what came of the first.

-- The job of a step that begins: its own, or a timer; null for an event that has
-- all the time.
create or replace function jobs._step_job(_run jobs.runs, _step jobs.steps, _now timestamptz)
  returns bigint
  language plpgsql volatile
as $$
declare
  v_job jobs.new_job;
begin
  if _step.job is not null then
    v_job.name := _step.job;
    v_job.payload := _step.payload || jsonb_build_object('workflow', jsonb_build_object(
      'run', _run.id, 'step', _step.name, 'input', _run.input,
      'results', (select coalesce(jsonb_object_agg(d.name, d.result), '{}')
                    from jobs.steps d
                   where d.run = _run.id and d.state = 'succeeded')));
  elsif coalesce(_step.sleep, _step.timeout) is not null then
    v_job.name := 'workflow.timer';
    v_job.payload := '{}';
    v_job.run_at := _now + coalesce(_step.sleep, _step.timeout);
  else
    return null;
  end if;
  return (jobs._insert(array[v_job], false, false, _now, false))[1];
end
$$;

-- Begins the steps of a locked run that nothing keeps any more, until none is
-- left that can begin.
create or replace function jobs._begin_steps(_run bigint, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_run   jobs.runs;
  v_step  jobs.steps;
  v_event jsonb;
  v_job   bigint;
begin
  select r.* into v_run from jobs.runs r where r.id = _run;
  loop
    select s.* into v_step
      from jobs.steps s
     where s.run = _run and s.state = 'waiting'
       and not exists (select from jobs.steps b
                        where b.run = _run and b.name = any (s.after) and b.state <> 'succeeded')
     order by s.position
     limit 1;
    exit when not found;
    select e.payload into v_event from jobs.events e where e.run = _run and e.name = v_step.event;
    begin
      v_job := case when v_event is null then jobs._step_job(v_run, v_step, _now) end;
    exception when sqlstate 'PT422' or datetime_field_overflow then
      -- Its handler is gone, or its sleep ends after all time. The step fails, not the job that ended before
      -- it.
      update jobs.steps s
         set state = 'failed', error = sqlerrm, finished_at = _now
       where s.run = _run and s.name = v_step.name;
      update jobs.runs r set state = 'failed', finished_at = _now where r.id = _run;
      return;
    end;
    update jobs.steps s
       set state = case when v_event is null then 'running' else 'succeeded' end, job_id = v_job,
           result = v_event, error = null, finished_at = case when v_event is not null then _now end
     where s.run = _run and s.name = v_step.name;
  end loop;
  if not exists (select from jobs.steps s where s.run = _run and s.state <> 'succeeded') then
    update jobs.runs r set state = 'succeeded', finished_at = _now where r.id = _run and r.state = 'running';
  end if;
end
$$;

-- Records what came of the jobs of steps, and goes on from there.
create or replace function jobs._advance(_jobs bigint[], _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_run bigint;
begin
  foreach v_run in array array(
    select distinct s.run from jobs.steps s where s.job_id = any (_jobs) order by 1) loop
    perform from jobs.runs r where r.id = v_run for update;
    update jobs.steps s
       set state = case when f.state = 'succeeded' and s.event is null then 'succeeded' else 'failed' end,
           result = f.result,
           error = case when f.state <> 'succeeded' then coalesce(f.errors -> -1 ->> 'error', f.state::text)
                        when s.event is not null then 'the event did not come in time' end,
           finished_at = _now
      from jobs.finished f
     where s.run = v_run and s.job_id = any (_jobs) and s.state = 'running' and f.id = s.job_id;
    if exists (select from jobs.steps s where s.run = v_run and s.state = 'failed') then
      update jobs.runs r set state = 'failed', finished_at = _now where r.id = v_run and r.state = 'running';
    elsif exists (select from jobs.runs r where r.id = v_run and r.state = 'running') then
      perform jobs._begin_steps(v_run, _now);
    end if;
  end loop;
end
$$;
