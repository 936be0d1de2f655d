-- Cron. A schedule is a row; whoever ticks (jobs.tick) enqueues what is due.
create or replace function jobs.schedule(
  _cron text, _job text, _payload jsonb default '{}', _name text default null, _timezone text default 'UTC',
  _queue text default null, _missed text default 'once', _now timestamptz default now())
  returns text
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_name   constant text := coalesce(_name, _job);
  v_every  constant interval := jobs._every(_cron);
  v_cron   constant jobs.cron := case when v_every is null then jobs._cron_parse(_cron) end;
  v_jobs   constant jobs.new_job[] := array[row(_job, _payload, _queue, null, null, null, null,
                                                null, null, null, null, null)::jobs.new_job];
  v_next   timestamptz;
begin
  if (_missed in ('skip', 'once', 'all')) is not true then
    raise exception using
      errcode = 'PT422', constraint = 'bad_option',
      message = format('%L is no policy for missed runs.', _missed), hint = 'skip, once or all.';
  end if;
  begin
    perform _now at time zone _timezone;
  exception when invalid_parameter_value then
    raise exception using
      errcode = 'PT422', constraint = 'bad_timezone',
      message = format('There is no time zone %L.', _timezone),
      hint = 'A name like Europe/Berlin; pg_timezone_names lists them.';
  end;
  perform jobs._explain(v_jobs), jobs._check_sql(v_jobs, true), jobs._check_http(v_jobs);
  v_next := jobs._next(v_cron, v_every, _timezone, _now);
  if v_next is null then
    raise exception using
      errcode = 'PT422', constraint = 'bad_cron', message = format('%L never comes.', _cron);
  end if;
  insert into jobs.schedules as s (name, expression, parsed, every, timezone, job,
                                   payload, queue, missed, next_at)
  values (v_name, _cron, v_cron, v_every, _timezone, _job, _payload, _queue, _missed, v_next)
      on conflict (name) do update
     set expression = excluded.expression, parsed = excluded.parsed, every = excluded.every,
         timezone = excluded.timezone, job = excluded.job,
         payload = excluded.payload, queue = excluded.queue, missed = excluded.missed,
         active = true, problem = null,
         next_at = case when (s.expression, s.timezone) = (excluded.expression, excluded.timezone)
                        then s.next_at
                        else excluded.next_at end;
  return v_name;
end
$$;
comment on function jobs.schedule(text, text, jsonb, text, text, text, text, timestamptz) is
  'Enqueues a job whenever the cron expression (five fields, six with seconds first, or @every and an '
  'interval) comes in the time zone. The name (null: the job''s) is unique: scheduling again changes it. '
  '_missed: skip, once (the default) or all of the times at which nobody ticked. Refuses PT422 bad_cron, '
  'bad_timezone, unknown_handler, bad_payload, bad_function, bad_option.';
revoke execute on function jobs.schedule(text, text, jsonb, text, text, text, text, timestamptz) from public;
grant execute on function jobs.schedule(text, text, jsonb, text, text, text, text, timestamptz)
  to authenticator, service_role;
