-- Called by each node once a minute. Truncates the slot whose turn comes next
-- once all in it is older than two turns, and prepares the partitions of
-- realtime.messages for the next two days. Never today's: an insert that is on
-- its way into the default partition would fail when it is attached. Whatever a
-- long transaction holds is left for the next time: waiting for its lock would
-- make every writer wait behind us.

create or replace function realtime._trim_slot(_slot smallint, _before timestamptz)
  returns boolean
  language plpgsql volatile
as $$
declare
  v_table  constant text := 'changes_' || _slot;
  v_newest timestamptz;
  v_xid    xid8;
  v_late   xid8;
begin
  execute format('select max(c.made_at), max(c.xid::text::numeric)::text::xid8 from realtime.%I c', v_table)
    into v_newest, v_xid;
  if (v_newest < _before) is not true then
    return false;
  end if;
  execute format('lock table realtime.%I in access exclusive mode', v_table);
  execute format('select c.xid from realtime.%I c order by c.xid desc limit 1', v_table) into v_late;
  if (v_late = v_xid) is not true then
    return false; -- somebody was slow to write here: not now
  end if;
  execute format('truncate realtime.%I', v_table);
  update realtime.settings s set trimmed = greatest(s.trimmed, v_xid), trimmed_by = pg_current_snapshot();
  return true;
end
$$;
revoke execute on function realtime._trim_slot(smallint, timestamptz) from public;

create or replace function realtime._message_partition(_day date)
  returns void
  language plpgsql volatile
as $$
declare
  v_name constant text := 'messages_' || to_char(_day, 'YYYY_MM_DD');
begin
  if to_regclass('realtime.' || v_name) is not null then
    return;
  end if;
  execute format('create table realtime.%I (like realtime.messages including defaults including constraints)',
                 v_name);
  execute format('alter table realtime.%I enable row level security', v_name);
  execute format('alter table realtime.messages attach partition realtime.%I for values from (%L) to (%L)',
                 v_name, _day, _day + 1);
end
$$;
revoke execute on function realtime._message_partition(date) from public;

create or replace function realtime.trim(
  _retention interval default '30 minutes', _now timestamptz default now())
  returns void
  language plpgsql volatile
  security definer set search_path = '' set lock_timeout = '100ms'
as $$
declare
  v_seconds constant int := greatest(1, extract(epoch from _retention)::int / 2);
  v_slot    smallint;
  v_table   name;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('howdah.realtime.trim', 0)) then
    return;
  end if;
  update realtime.settings s set slot_seconds = v_seconds where s.slot_seconds <> v_seconds;
  foreach v_slot in array array[0, 1, 2, 3]::smallint[] loop
    begin
      perform realtime._trim_slot(v_slot, _now - 2 * make_interval(secs => v_seconds));
    exception when lock_not_available then
      null; -- next time
    end;
  end loop;
  begin
    perform realtime._message_partition(d::date)
       from generate_series(_now::date + 1, _now::date + 2, interval '1 day') as d;
    foreach v_table in array array(
      select c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
       where i.inhparent = 'realtime.messages'::regclass and c.relname ~ '^messages_\d{4}_\d\d_\d\d$'
         and to_date(substr(c.relname, 10), 'YYYY_MM_DD') < _now::date - 3)
    loop
      execute format('drop table realtime.%I', v_table);
    end loop;
    delete from realtime.messages_default d
     where d.ctid = any(array(select o.ctid
                                from realtime.messages_default o
                               where o.inserted_at < _now::date - 3 limit 10000));
  exception when lock_not_available or check_violation then
    null; -- next time
  end;
end
$$;
comment on function realtime.trim(interval, timestamptz) is
  'Forgets changes older than the retention and messages older than three days, and '
  'prepares what the next days need.';
revoke execute on function realtime.trim(interval, timestamptz) from public;
grant execute on function realtime.trim(interval, timestamptz) to authenticator;
