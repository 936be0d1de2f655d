-- Called by the owner, from a migration or psql.
create or replace function audit.watch(_table regclass)
  returns void
  language plpgsql volatile
  set search_path = ''
as $$
begin
  execute format('create or replace trigger audit_record after insert or update or delete on %s for each row execute function audit.record()', _table);
end
$$;
comment on function audit.watch(regclass) is 'Logs every change of the table from now on; twice is once.';
revoke execute on function audit.watch(regclass) from public;
