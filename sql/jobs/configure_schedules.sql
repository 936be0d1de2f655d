-- JOBS_SCHEDULE_JSON. Called by each worker when it starts: the last one
-- decides. What it does not list any more goes; what people scheduled stays.
create or replace function jobs.configure_schedules(_schedules jsonb, _now timestamptz default now())
  returns text[]
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_wanted   record;
  v_known    boolean;
  v_problems text[] := array[]::text[];
begin
  perform pg_advisory_xact_lock(hashtextextended('howdah.jobs.configure_schedules', 0));
  delete from jobs.schedules s
   where s.configured and s.name not in (select w.name from jsonb_to_recordset(_schedules) as w (name text));
  for v_wanted in
    select w.*
      from jsonb_to_recordset(_schedules) as w (name text, interval_seconds bigint,
                                                target text, payload jsonb)
     order by w.name
  loop
    v_known := exists (select from jobs._handler(v_wanted.target));
    begin
      if exists (select from jobs.schedules s where s.name = v_wanted.name and not s.configured) then
        raise exception using
          errcode = 'PT422', message = 'a schedule of this name is there already, made by hand';
      end if;
      perform jobs.schedule(
        _cron => format('@every %s seconds', v_wanted.interval_seconds), _name => v_wanted.name,
        _job => case when v_known then v_wanted.target else 'sql' end, _now => _now,
        _payload => case when v_known then coalesce(v_wanted.payload, '{}')
                         else jsonb_build_object('function', v_wanted.target,
                                                 'args', coalesce(v_wanted.payload, '{}')) end);
      update jobs.schedules s set configured = true where s.name = v_wanted.name;
    exception when sqlstate 'PT422' then -- the others are good all the same
      v_problems := v_problems || format('%s: %s', v_wanted.name, sqlerrm);
    end;
  end loop;
  return v_problems;
end
$$;
comment on function jobs.configure_schedules(jsonb, timestamptz) is
  'Makes the schedules that the configuration lists ([{name, interval_seconds, target, payload}]; '
  'the target is a job''s name or a SQL function) and ends those that it listed before. '
  'Answers what is wrong with some.';
revoke execute on function jobs.configure_schedules(jsonb, timestamptz) from public;
grant execute on function jobs.configure_schedules(jsonb, timestamptz) to authenticator;
