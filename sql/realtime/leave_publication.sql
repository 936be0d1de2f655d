-- The other half of realtime.follow_publication: what is dropped from the
-- publication, or with it, is told no more.
create or replace function realtime.leave_publication()
  returns event_trigger
  language plpgsql volatile
  set search_path = ''
as $$
declare
  v_table   regclass;
  v_problem text;
begin
  foreach v_table in array array(
    select t.name
      from pg_catalog.pg_event_trigger_dropped_objects() d
     cross join lateral (select pg_catalog.to_regclass(format(
                           '%I.%I', d.address_names[1], d.address_names[2]))) as t (name)
     where d.object_type = 'publication relation' and d.address_args[1] = 'supabase_realtime'
       and t.name is not null) loop
    begin
      perform realtime.disable(v_table);
    exception when others then
      get stacked diagnostics v_problem = message_text;
      raise warning 'realtime still tells of %: %', v_table, v_problem
        using hint = 'Call realtime.disable as the table''s owner.';
    end;
  end loop;
end
$$;
comment on function realtime.leave_publication() is
  'Event trigger: a table that is dropped from the publication supabase_realtime is disabled.';
revoke execute on function realtime.leave_publication() from public;
