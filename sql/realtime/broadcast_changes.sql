-- For row triggers of users, with Supabase's parameters.
create or replace function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text, new record,
  old record, level text default 'ROW')
  returns void
  language plpgsql volatile
as $$
begin
  if $8 = 'STATEMENT' then
    raise exception using errcode = 'PT400', constraint = 'row_level_only',
      message = 'realtime.broadcast_changes works for each row.', hint = 'Make the trigger for each row.';
  end if;
  perform realtime.send(
    jsonb_build_object('old_record', $7, 'record', $6, 'operation', $3, 'table', $4, 'schema', $5), $2, $1);
end
$$;
comment on function realtime.broadcast_changes(text, text, text, text, text, record, record, text) is
  'Broadcasts a changed row to a private channel: for row triggers. Raises PT400 for statement triggers.';
revoke execute on function realtime.broadcast_changes(text, text, text, text, text, record, record, text)
  from public;
grant execute on function realtime.broadcast_changes(text, text, text, text, text, record, record, text)
  to anon, authenticated, service_role;
