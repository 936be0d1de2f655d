-- Tells a run an event, whether it waits for it already or will.
create or replace function jobs.emit(
  _run bigint, _event text, _payload jsonb default '{}', _now timestamptz default now())
  returns boolean
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_timers bigint[];
begin
  perform from jobs.runs r where r.id = _run and r.state = 'running' for update;
  if not found then
    return false;
  end if;
  insert into jobs.events (run, name, payload) values (_run, _event, _payload) on conflict do nothing;
  if not found then
    return false;
  end if;
  with heard as (
    update jobs.steps s set state = 'succeeded', result = _payload, finished_at = _now
     where s.run = _run and s.event = _event and s.state = 'running'
    returning s.job_id)
  select array_agg(h.job_id) into v_timers from heard h where h.job_id is not null;
  if v_timers is not null then
    perform jobs._bury(v_timers, 'cancelled', null, _now);
  end if;
  perform jobs._begin_steps(_run, _now);
  return true;
end
$$;
comment on function jobs.emit(bigint, text, jsonb, timestamptz) is
  'Tells a run an event; the step that waits for it, now or later, succeeds with the payload. '
  'False when the run is over or had the event before.';
revoke execute on function jobs.emit(bigint, text, jsonb, timestamptz) from public;
grant execute on function jobs.emit(bigint, text, jsonb, timestamptz) to authenticator, service_role;
