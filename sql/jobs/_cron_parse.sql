-- Cron expressions: five fields, or six with seconds first, or @daily and its
-- kin. Numbers, names, lists, ranges, steps; 7 is Sunday too. As in Vixie's
-- cron, day and weekday are alternatives when neither is *.

-- The numbers that a field allows, in order.
create or replace function jobs._cron_field(
  _text text, _field text, _min int, _max int, _names text[] default '{}')
  returns int[]
  language plpgsql immutable
as $$
declare
  v_part  text;
  v_bits  text[];
  v_from  int;
  v_to    int;
  v_found int[] := array[]::int[];
begin
  foreach v_part in array string_to_array(_text, ',') loop
    v_bits := regexp_match(v_part, '^(\*|[0-9]{1,4}|[a-z]{3})(?:-([0-9]{1,4}|[a-z]{3}))?(?:/([0-9]{1,4}))?$',
                           'i');
    v_from := case when v_bits[1] = '*' then _min
                   when v_bits[1] ~ '^[0-9]' then v_bits[1]::int
                   else array_position(_names, lower(v_bits[1])) + _min - 1 end;
    v_to := case when v_bits[2] ~ '^[0-9]' then v_bits[2]::int
                 when v_bits[2] is not null then array_position(_names, lower(v_bits[2])) + _min - 1
                 when v_bits[1] = '*' or v_bits[3] is not null then _max
                 else v_from end;
    if (v_from >= _min and v_to <= _max and v_from <= v_to and coalesce(v_bits[3], '1')::int > 0
        and not (v_bits[1] = '*' and v_bits[2] is not null)) is not true then
      raise exception using
        errcode = 'PT422', constraint = 'bad_cron',
        message = format('%L does not fit the field %s of a cron expression.', v_part, _field),
        hint = format('%s to %s%s, lists (1,2), ranges (1-5), steps (*/5).', _min, _max,
                      case when _names <> '{}'
                           then format(' or %s to %s', _names[1], _names[cardinality(_names)])
                           else '' end);
    end if;
    v_found := v_found || array(select generate_series(v_from, v_to, coalesce(v_bits[3], '1')::int));
  end loop;
  return array(select distinct f.n from unnest(v_found) as f (n) order by 1);
end
$$;

create or replace function jobs._cron_parse(_expression text)
  returns jobs.cron
  language plpgsql immutable
as $$
declare
  v_text   constant text := case lower(btrim(_expression))
    when '@yearly' then '0 0 1 1 *' when '@annually' then '0 0 1 1 *' when '@monthly' then '0 0 1 * *'
    when '@weekly' then '0 0 * * 0'
    when '@daily' then '0 0 * * *' when '@midnight' then '0 0 * * *' when '@hourly' then '0 * * * *'
    else btrim(_expression) end;
  v_fields text[] := regexp_split_to_array(v_text, '\s+');
  v_cron   jobs.cron;
begin
  if cardinality(v_fields) = 5 then
    v_fields := array_prepend('0', v_fields);
  end if;
  if cardinality(v_fields) is distinct from 6 or length(v_text) > 500 then
    raise exception using
      errcode = 'PT422', constraint = 'bad_cron',
      message = format('%L is no cron expression.', left(_expression, 100)),
      hint = 'Five fields (minute hour day month weekday), six with seconds first, or @hourly, @daily, @weekly, @monthly, @yearly, or @every 90 seconds.';
  end if;
  v_cron.seconds := jobs._cron_field(v_fields[1], 'second', 0, 59);
  v_cron.minutes := jobs._cron_field(v_fields[2], 'minute', 0, 59);
  v_cron.hours := jobs._cron_field(v_fields[3], 'hour', 0, 23);
  v_cron.days := jobs._cron_field(v_fields[4], 'day', 1, 31);
  v_cron.months := jobs._cron_field(v_fields[5], 'month', 1, 12,
                                    '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}');
  v_cron.weekdays := array(select distinct w.n % 7
                             from unnest(jobs._cron_field(
                               v_fields[6], 'weekday', 0, 7, '{sun,mon,tue,wed,thu,fri,sat}')) as w (n));
  v_cron.any_hour := v_fields[3] = '*';
  v_cron.any_day := v_fields[4] like '*%';
  v_cron.any_weekday := v_fields[6] like '*%';
  return v_cron;
end
$$;

-- The first moment of a day after _after that the expression allows. With any
-- hour time runs on through the changes of the clock, an hour after the other;
-- with named hours a moment that the clock skips comes when it has jumped, and
-- one that it shows twice comes once.
create or replace function jobs._cron_on(_cron jobs.cron, _timezone text, _day date, _after timestamptz)
  returns timestamptz
  language plpgsql stable
as $$
declare
  v_end   constant timestamptz := (_day + 1)::timestamp at time zone _timezone;
  v_block timestamptz := greatest(_day::timestamp at time zone _timezone,
                                  date_bin('15 minutes', _after, 'epoch'));
  v_at    timestamptz;
begin
  if not _cron.any_hour then
    select min(c.at) into v_at
      from unnest(_cron.hours) as h
     cross join unnest(_cron.minutes) as m
     cross join unnest(_cron.seconds) as s
     cross join lateral (select (_day + make_time(h, m, s)) at time zone _timezone) as c (at)
     where c.at > _after;
    return v_at;
  end if;
  while v_block < v_end loop -- every zone is off by quarters of an hour
    select min(v_block + make_interval(mins => m % 15, secs => s)) into v_at
      from unnest(_cron.minutes) as m
     cross join unnest(_cron.seconds) as s
     where m / 15 = extract(minute from v_block at time zone _timezone)::int / 15
       and v_block + make_interval(mins => m % 15, secs => s) > _after;
    exit when v_at is not null;
    v_block := v_block + interval '15 minutes';
  end loop;
  return v_at;
end
$$;

-- The next moment after _after; null when there is none within nine years.
create or replace function jobs._cron_next(_cron jobs.cron, _timezone text, _after timestamptz)
  returns timestamptz
  language plpgsql stable
as $$
declare
  v_day date := (_after at time zone _timezone)::date;
  v_at  timestamptz;
begin
  for v_n in 0 .. 9 * 366 loop
    if extract(month from v_day)::int = any (_cron.months)
       and (case when _cron.any_day or _cron.any_weekday
                 then extract(day from v_day)::int = any (_cron.days)
                      and extract(dow from v_day)::int = any (_cron.weekdays)
                 else extract(day from v_day)::int = any (_cron.days)
                      or extract(dow from v_day)::int = any (_cron.weekdays) end) then
      v_at := jobs._cron_on(_cron, _timezone, v_day, _after);
      exit when v_at is not null;
    end if;
    v_day := v_day + 1;
  end loop;
  return v_at;
end
$$;
