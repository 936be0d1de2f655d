-- The trigger function of enabled tables, for each statement: a row of the
-- outbox for each changed row, of any size. Old and new rows pair by position:
-- PostgreSQL fills both transition tables in lockstep, also where the key
-- changes or the row moves to another partition. Where they do not (a trigger
-- of a partition swallowed a moving row) each counts as gone, each as new.
-- A statement beyond the bulk limit leaves one REFETCH, and so does truncating a
-- partition: it neither fails nor stalls those who read.
-- Security definer, because whoever may write the table need not know of the
-- outbox. Takes no lock that a reader waits for.
create or replace function realtime.capture()
  returns trigger
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_relation constant oid := coalesce(pg_catalog.pg_partition_root(tg_relid)::oid, tg_relid);
  v_slot  smallint;
  v_limit int;
  v_old   int := 0;
  v_new   int := 0;
begin
  select realtime._slot(clock_timestamp(), s.slot_seconds), s.bulk_limit into v_slot, v_limit
    from realtime.settings s;
  if tg_op in ('UPDATE', 'DELETE') then
    select count(*)::int into v_old from (select from old_rows limit v_limit + 1) o;
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    select count(*)::int into v_new from (select from new_rows limit v_limit + 1) n;
  end if;
  if tg_op = 'TRUNCATE' or greatest(v_old, v_new) > v_limit then
    insert into realtime.changes (slot, relation, kind)
    values (v_slot, v_relation,
            case when tg_op = 'TRUNCATE' and tg_relid = v_relation then 'TRUNCATE' else 'REFETCH' end);
  elsif v_old + v_new = 0 then
    return null;
  elsif tg_op = 'UPDATE' and v_old = v_new then
    insert into realtime.changes (slot, relation, kind, old, new)
    select v_slot, v_relation, 'UPDATE', o.image, n.image
      from (select row_number() over () as position, to_jsonb(old_rows.*) as image from old_rows) o
      join (select row_number() over () as position, to_jsonb(new_rows.*) as image
              from new_rows) n using (position)
     order by position;
  else
    if v_old > 0 then
      insert into realtime.changes (slot, relation, kind, old)
      select v_slot, v_relation, 'DELETE', to_jsonb(old_rows.*) from old_rows;
    end if;
    if v_new > 0 then
      insert into realtime.changes (slot, relation, kind, new)
      select v_slot, v_relation, 'INSERT', to_jsonb(new_rows.*) from new_rows;
    end if;
  end if;
  if exists (select from realtime.sleepers) then
    perform realtime._wake();
  end if;
  return null;
end
$$;
comment on function realtime.capture() is
  'Trigger of enabled tables: appends what a statement changed to the outbox. realtime.enable attaches it.';
revoke execute on function realtime.capture() from public;
