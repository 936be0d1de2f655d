-- Partitions that are made or attached later are told as their enabled table's,
-- and one that is detached is told no more. Runs as whoever changed the table,
-- who owns it. What fails here must not undo their work: it warns.
create or replace function realtime.follow_partitions()
  returns event_trigger
  language plpgsql volatile
  set search_path = ''
as $$
declare
  v_new     record;
  v_gone    regclass;
  v_problem text;
begin
  for v_new in
    select distinct p.relid, a.owner_column
      from pg_catalog.pg_event_trigger_ddl_commands() d
      join realtime._attached() a
        on a.relation = coalesce(pg_catalog.pg_partition_root(d.objid), d.objid) and not a.is_partition
     cross join lateral pg_catalog.pg_partition_tree(a.relation) as p
     where d.classid = 'pg_catalog.pg_class'::regclass
       and not exists (select from realtime._attached() t where t.relation = p.relid)
  loop
    perform realtime._attach(v_new.relid, coalesce(v_new.owner_column, ''), true);
  end loop;
  foreach v_gone in array array(
    select a.relation::regclass from realtime._attached() a join pg_catalog.pg_class c on c.oid = a.relation
     where a.is_partition and not c.relispartition)
  loop
    perform realtime.disable(v_gone);
  end loop;
exception when others then
  get stacked diagnostics v_problem = message_text;
  raise warning 'realtime does not follow the partitions: %', v_problem
    using hint = 'Call realtime.enable for the partitioned table as its owner.';
end
$$;
comment on function realtime.follow_partitions() is
  'Event trigger: partitions of an enabled table are told from when they are attached, '
  'until they are detached.';
revoke execute on function realtime.follow_partitions() from public;
