-- The triggers of one enabled table. Their arguments tell the owner column, and
-- whether the table is told as part of the one that was enabled.
create or replace function realtime._attach(_table regclass, _owner_column text, _is_partition boolean)
  returns void
  language plpgsql volatile
as $$
begin
  execute format('create trigger realtime_insert after insert on %s referencing new table as new_rows
                    for each statement execute function realtime.capture()', _table);
  execute format(
    'create trigger realtime_update after update on %s referencing old table as old_rows new table as new_rows
                    for each statement execute function realtime.capture()', _table);
  execute format('create trigger realtime_delete after delete on %s referencing old table as old_rows
                    for each statement execute function realtime.capture()', _table);
  execute format('create trigger realtime_truncate after truncate on %s
                    for each statement execute function realtime.capture(%L, %L)',
                 _table, _owner_column, case when _is_partition then 'partition' else 'table' end);
end
$$;
revoke execute on function realtime._attach(regclass, text, boolean) from public;
