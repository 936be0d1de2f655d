-- When a schedule comes next.

-- The interval of '@every 90 seconds'; null for what is no such expression.
create or replace function jobs._every(_expression text)
  returns interval
  language plpgsql immutable
as $$
declare
  v_text  constant text := substring(btrim(_expression) from '(?i)^@every\s+(.*)$');
  v_every interval;
begin
  if v_text is null then
    return null;
  end if;
  begin
    v_every := v_text::interval;
  exception when invalid_datetime_format or datetime_field_overflow then
    null;
  end;
  if (extract(month from v_every) + extract(year from v_every) = 0
      and v_every between '1 second' and '366 days' and extract(epoch from v_every) % 1 = 0) is not true then
    raise exception using
      errcode = 'PT422', constraint = 'bad_cron',
      message = format('%L is no interval of a schedule.', v_text),
      hint = 'Whole seconds, from @every 1 second to @every 366 days.';
  end if;
  return v_every;
end
$$;

create or replace function jobs._next(_cron jobs.cron, _every interval, _timezone text, _after timestamptz)
  returns timestamptz
  language sql stable
as $$
  select case when _every is null then jobs._cron_next(_cron, _timezone, _after)
              else date_bin(_every, _after, '2000-01-01 00:00Z') + _every end
$$;
