-- Exposed means row level security on: a table that is made in, or moved to, a
-- schema that anon or authenticated may use gets it switched on, so that
-- forgetting costs nothing. Runs as whoever made the table, who owns it. An
-- explicit `disable row level security` is left alone; `howdah doctor` shows it.
create or replace function ops.enable_rls()
  returns event_trigger
  language plpgsql volatile
  set search_path = ''
as $$
declare
  v_table regclass;
begin
  foreach v_table in array array(
    select c.oid::regclass
      from pg_catalog.pg_event_trigger_ddl_commands() d
      join pg_catalog.pg_class c on c.oid = d.objid
     where d.classid = 'pg_catalog.pg_class'::regclass
       and c.relkind in ('r', 'p')
       and c.relpersistence <> 't'
       and not c.relrowsecurity
       and not d.in_extension
       and (d.command_tag <> 'ALTER TABLE' or pg_catalog.current_query() ~* '\mset\s+schema\M')
       and (pg_catalog.has_schema_privilege('anon', c.relnamespace, 'usage')
            or pg_catalog.has_schema_privilege('authenticated', c.relnamespace, 'usage')))
  loop
    execute format('alter table %s enable row level security', v_table);
  end loop;
end
$$;
comment on function ops.enable_rls() is
  'Event trigger: switches row level security on for tables made in, or moved to, a schema of the API.';
revoke execute on function ops.enable_rls() from public;
