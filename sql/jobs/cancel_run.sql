-- Ends what a run still does; what it has done stays.
create or replace function jobs.cancel_run(_run bigint, _now timestamptz default now())
  returns boolean
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  update jobs.runs r
     set state = 'cancelled', finished_at = _now
   where r.id = _run and r.state in ('running', 'failed');
  if not found then
    return false;
  end if;
  perform jobs._bury(array(select s.job_id
                             from jobs.steps s
                            where s.run = _run and s.state = 'running' and s.job_id is not null),
                     'cancelled', 'the run was cancelled', _now);
  return true;
end
$$;
comment on function jobs.cancel_run(bigint, timestamptz) is
  'Ends a run and the jobs of its steps. False when it is over.';
revoke execute on function jobs.cancel_run(bigint, timestamptz) from public;
grant execute on function jobs.cancel_run(bigint, timestamptz) to authenticator, service_role;
