-- Called by the table's owner, in psql or in a migration.
create or replace function realtime.disable(_table regclass)
  returns void
  language plpgsql volatile
  set search_path = '' set client_min_messages = 'warning'
as $$
declare
  v_table   regclass;
  v_trigger text;
begin
  foreach v_table in array array(
    select coalesce(p.relid, _table) from (select) as always
      left join pg_catalog.pg_partition_tree(_table) p on true)
  loop
    foreach v_trigger in array array['realtime_insert', 'realtime_update', 'realtime_delete',
                                     'realtime_truncate'] loop
      execute format('drop trigger if exists %I on %s', v_trigger, v_table);
    end loop;
  end loop;
end
$$;
comment on function realtime.disable(regclass) is
  'Stops telling subscribers what changes in a table. Call it as the table''s owner.';
revoke execute on function realtime.disable(regclass) from public;
