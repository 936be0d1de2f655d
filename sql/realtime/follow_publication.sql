-- `alter publication supabase_realtime add table todos` does what
-- `select realtime.enable('todos')` does, and dropping it from there disables
-- it: Supabase's tutorials say it so. Nothing is replicated. What a publication
-- would keep back (a column list, a row filter, some of the operations) cannot be
-- kept back here, so such a table is not enabled. What fails must not undo the
-- publication: it warns.
create or replace function realtime.follow_publication()
  returns event_trigger
  language plpgsql volatile
  set search_path = ''
as $$
declare
  v_table   record;
  v_problem text;
begin
  -- Which tables these will hold is not known, and the platform's would be among them.
  if exists (select from pg_catalog.pg_publication p
              where p.pubname = 'supabase_realtime'
                and (p.puballtables
                     or exists (select from pg_catalog.pg_publication_namespace n
                                 where n.pnpubid = p.oid))) then
    raise warning 'realtime tells nothing of tables that the publication supabase_realtime does not name'
      using hint = 'Name each: alter publication supabase_realtime add table …; or call realtime.enable.';
  end if;
  for v_table in
    select r.prrelid::regclass as name,
           r.prqual is null and r.prattrs is null and p.pubinsert and p.pubupdate and p.pubdelete as is_whole
      from pg_catalog.pg_event_trigger_ddl_commands() d
      join pg_catalog.pg_publication_rel r on d.classid = 'pg_catalog.pg_publication_rel'::regclass
                                              and d.objid = r.oid
       or d.command_tag = 'CREATE PUBLICATION' and d.classid = 'pg_catalog.pg_publication'::regclass
          and d.objid = r.prpubid
      join pg_catalog.pg_publication p on p.oid = r.prpubid
     where p.pubname = 'supabase_realtime'
  loop
    begin
      if v_table.is_whole then
        perform realtime.enable(v_table.name);
      else
        perform realtime.disable(v_table.name);
        raise warning 'realtime tells nothing of %', v_table.name
          using detail = 'The publication keeps some of its columns, rows or operations back.',
                hint = 'Grant select on columns, write policies, and call realtime.enable.';
      end if;
    exception when others then
      get stacked diagnostics v_problem = message_text;
      raise warning 'realtime tells nothing of %: %', v_table.name, v_problem
        using hint = 'Call realtime.enable as the table''s owner.';
    end;
  end loop;
end
$$;
comment on function realtime.follow_publication() is
  'Event trigger: a table that is added to the publication supabase_realtime is enabled.';
revoke execute on function realtime.follow_publication() from public;
