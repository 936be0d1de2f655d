-- Enqueues what is due, once: the row that says when next moves on in the same
-- transaction. Called every second by a worker, or every minute by pg_cron,
-- which then looks a minute ahead and leaves the seconds to run_at.

-- What a schedule enqueues now, the oldest first, at most a thousand.
create or replace function jobs._due(_schedule jobs.schedules, _until timestamptz, _now timestamptz)
  returns timestamptz[]
  language plpgsql stable
as $$
declare
  v_late constant timestamptz := _now - interval '1 minute'; -- what is older was missed
  v_at   timestamptz := _schedule.next_at;
  v_due  timestamptz[] := array[]::timestamptz[];
begin
  if v_at < v_late and _schedule.missed <> 'all' then
    v_due := case when _schedule.missed = 'once' then array[v_at] else array[]::timestamptz[] end;
    v_at := jobs._next(_schedule.parsed, _schedule.every, _schedule.timezone, v_late);
  end if;
  while v_at <= _until and cardinality(v_due) < 1000 loop
    v_due := v_due || v_at;
    v_at := jobs._next(_schedule.parsed, _schedule.every, _schedule.timezone, v_at);
  end loop;
  return v_due || v_at; -- the last one is the next
end
$$;

-- When the clock was set back, what it had planned lies too far ahead.
create or replace function jobs._watch_clock(_now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_ticked constant timestamptz := (select s.ticked_at from jobs.settings s);
begin
  if v_ticked > _now + interval '2 minutes' then
    update jobs.schedules s
       set next_at = jobs._next(s.parsed, s.every, s.timezone, _now)
     where s.active and s.next_at > _now;
  end if;
  -- Once a minute: everybody who enqueues reads this row.
  update jobs.settings s
     set ticked_at = _now
   where _now not between s.ticked_at and s.ticked_at + interval '1 minute';
end
$$;

create or replace function jobs.tick(_ahead interval default '0', _now timestamptz default now())
  returns int
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_schedules jobs.schedules[];
  v_schedule  jobs.schedules;
  v_due       timestamptz[];
  v_job       jobs.new_job;
  v_jobs      jobs.new_job[] := array[]::jobs.new_job[];
begin
  if not pg_try_advisory_xact_lock(hashtextextended('howdah.jobs.tick', 0)) then
    return 0;
  end if;
  perform jobs._watch_clock(_now);
  v_schedules := array(select s from jobs.schedules s
                        where s.active and s.next_at <= _now + _ahead order by s.next_at limit 1000
                          for update skip locked);
  foreach v_schedule in array v_schedules loop
    v_job := row(v_schedule.job, v_schedule.payload, v_schedule.queue, null, null, null,
                 null, null, null, null, null, null)::jobs.new_job;
    begin
      perform jobs._explain(array[v_job]), jobs._check_sql(array[v_job], false);
      v_schedule.problem := null;
    exception when sqlstate 'PT422' then -- its handler or function is gone: the others go on
      v_schedule.problem := sqlerrm;
    end;
    v_due := jobs._due(v_schedule, _now + _ahead, _now);
    if v_schedule.problem is null then
      v_jobs := v_jobs
        || array(select row(v_schedule.job, v_schedule.payload, v_schedule.queue, d.at, null,
                            null, null, null, null, null, null, null)::jobs.new_job
                   from unnest(trim_array(v_due, 1)) as d (at));
    end if;
    update jobs.schedules s
       set next_at = coalesce(v_due[cardinality(v_due)], 'infinity'), problem = v_schedule.problem,
           last_at = coalesce(v_due[cardinality(v_due) - 1], s.last_at)
     where s.name = v_schedule.name;
  end loop;
  if v_jobs <> '{}' then
    perform jobs._insert(v_jobs, false, false, _now, false);
  end if;
  return cardinality(v_jobs);
end
$$;
comment on function jobs.tick(interval, timestamptz) is
  'Enqueues the jobs of schedules that are due until _ahead from now and answers how many. '
  'One session ticks at a time; the others get 0.';
revoke execute on function jobs.tick(interval, timestamptz) from public;
grant execute on function jobs.tick(interval, timestamptz) to authenticator, service_role;
