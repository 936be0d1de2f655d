-- The counterpart of jobs.schedule.
create or replace function jobs.unschedule(_name text)
  returns boolean
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  delete from jobs.schedules s where s.name = _name;
  return found;
end
$$;
comment on function jobs.unschedule(text) is
  'Ends a schedule; what it has enqueued stays. False when there is none.';
revoke execute on function jobs.unschedule(text) from public;
grant execute on function jobs.unschedule(text) to authenticator, service_role;
