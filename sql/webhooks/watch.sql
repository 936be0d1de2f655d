-- Events of a table's rows. The trigger runs as the platform, so that whoever
-- may write the table needs no right to emit.

create or replace function webhooks._picked(_row jsonb, _columns text[])
  returns jsonb
  language sql immutable parallel safe
as $$
  select case when _columns is null or _row is null then _row
              else (select coalesce(jsonb_object_agg(c.key, c.value), '{}')
                      from jsonb_each(_row) c where c.key = any (_columns)) end
$$;

create or replace function webhooks.row_emit()
  returns trigger
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_columns constant text[] := nullif(tg_argv[1], '')::text[];
  v_new     constant jsonb := webhooks._picked(case when tg_op <> 'DELETE' then to_jsonb(new) end, v_columns);
  v_old     constant jsonb := webhooks._picked(case when tg_op <> 'INSERT' then to_jsonb(old) end, v_columns);
begin
  if tg_op = 'UPDATE' and v_new = v_old then
    return null;
  end if;
  perform webhooks.emit(_topic => tg_argv[0] || '.' || lower(tg_op), _payload => jsonb_build_object(
    'type', tg_op, 'schema', tg_table_schema, 'table', tg_table_name, 'record', v_new, 'old_record', v_old));
  return null;
end
$$;
comment on function webhooks.row_emit() is
  'Trigger function of webhooks.watch: emits <topic>.insert, .update or .delete with the row; '
  'an update that changes nothing is none.';
revoke execute on function webhooks.row_emit() from public;
grant execute on function webhooks.row_emit() to service_role;

create or replace function webhooks.watch(
  _table regclass, _topic text default null, _operations text[] default '{insert,update,delete}',
  _columns text[] default null)
  returns void
  language plpgsql volatile
as $$
declare
  v_topic   constant text := coalesce(_topic, (
    select n.nspname || '.' || c.relname
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.oid = _table));
  v_unknown constant text[] := array(
    select c.name
      from unnest(_columns) as c (name)
     where not exists (select from pg_catalog.pg_attribute a
                        where a.attrelid = _table and a.attname = c.name
                          and a.attnum > 0 and not a.attisdropped));
begin
  if (_operations <@ '{insert,update,delete}' and _operations <> '{}') is not true then
    raise exception using errcode = 'PT400', constraint = 'invalid_operation',
      message = 'the operations are some of insert, update and delete';
  elsif v_unknown <> '{}' then
    raise exception using errcode = 'PT400', constraint = 'unknown_column',
      message = format('%s has no column %s', _table, array_to_string(v_unknown, ', '));
  elsif v_topic !~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$' then
    raise exception using errcode = 'PT400', constraint = 'invalid_topic',
      message = format('%L is no topic', v_topic), hint = 'Pass a _topic such as orders.';
  end if;
  execute format(
    'create or replace trigger howdah_webhooks after %s on %s for each row execute function webhooks.row_emit(%L, %L)',
    (select string_agg(distinct quote_ident(o.name), ' or ') from unnest(_operations) as o (name)),
    _table, v_topic,
    coalesce(_columns::text, ''));
end
$$;
comment on function webhooks.watch(regclass, text, text[], text[]) is
  'From now on each changed row of the table emits <topic>.insert, .update or .delete; '
  '_topic is <schema>.<table> unless given, and _columns the columns that leave (all of them unless given). '
  'Whoever may make triggers on it calls it. PT400 invalid_operation, unknown_column, invalid_topic.';
revoke execute on function webhooks.watch(regclass, text, text[], text[]) from public;
grant execute on function webhooks.watch(regclass, text, text[], text[]) to service_role;
