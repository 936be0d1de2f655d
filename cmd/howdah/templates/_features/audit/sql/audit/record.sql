-- The trigger function behind audit.watch. A definer: who changes a row may not
-- write the log otherwise.
create or replace function audit.record()
  returns trigger
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  insert into audit.changes (user_id, table_name, operation, old_row, new_row)
  values (auth.uid(), tg_relid, lower(tg_op), case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end);
  return null;
end
$$;
comment on function audit.record() is 'Trigger: writes a changed row, old and new, to audit.changes.';
revoke execute on function audit.record() from public;
