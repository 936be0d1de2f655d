-- Begins a failed step anew; what the others have recorded stays.
create or replace function jobs.retry_step(_run bigint, _step text, _now timestamptz default now())
  returns boolean
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  perform from jobs.runs r where r.id = _run and r.state in ('running', 'failed') for update;
  update jobs.steps s set state = 'waiting', job_id = null, result = null, error = null, finished_at = null
   where s.run = _run and s.name = _step and s.state = 'failed';
  if not found then
    return false;
  end if;
  if not exists (select from jobs.steps s where s.run = _run and s.state = 'failed') then
    update jobs.runs r set state = 'running', finished_at = null where r.id = _run;
  end if;
  perform jobs._begin_steps(_run, _now);
  return true;
end
$$;
comment on function jobs.retry_step(bigint, text, timestamptz) is
  'Runs a failed step again, and the run goes on. False when the step has not failed.';
revoke execute on function jobs.retry_step(bigint, text, timestamptz) from public;
grant execute on function jobs.retry_step(bigint, text, timestamptz) to authenticator, service_role;
