-- Tells every node that the schema has changed: they drop their compiled
-- statements. NOTIFY takes a lock at commit, which DDL can bear.
create or replace function rest.notify_ddl()
  returns event_trigger
  language plpgsql volatile
  set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('howdah_ddl', '');
end
$$;
comment on function rest.notify_ddl() is
  'Event trigger: notifies howdah_ddl, on which servers drop their compiled statements.';
revoke execute on function rest.notify_ddl() from public;
