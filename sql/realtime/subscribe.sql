-- Called when a channel joins, once for each postgres_changes entry. Tells what
-- is wrong with an entry, and puts it down otherwise. Values are cast to their
-- columns' types here, so that no bad one meets a row later; that runs as the
-- listener's role, because a type may bring functions of its own.
create or replace function realtime.check_subscription(
  _role name, _schema text, _table text, _filter jsonb, _columns text[])
  returns text[]
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_wild     constant boolean := _schema = '*' or _table = '*';
  v_relation oid;
  v_known    jsonb;
  v_column   text;
begin
  select e.relation into v_relation
    from realtime._enabled() e
    join pg_catalog.pg_class c on c.oid = e.relation
   where _table in ('*', c.relname) and _schema in ('*', c.relnamespace::regnamespace::text)
     and (v_wild or realtime._describe(e.relation, _role) is not null)
   limit 1;
  if v_wild and (_filter <> '[]' or _columns is not null) then
    raise exception using
      errcode = 'PT400', constraint = 'wildcard', message = 'a filter and a select need one table';
  end if;
  if v_wild then
    return array[]::text[];
  end if;
  if v_relation is null then
    raise exception using
      errcode = 'PT400', constraint = 'not_enabled',
      message = format('table %I.%I does not exist, is not enabled, or shows the role nothing',
                       _schema, _table),
      hint = format('select realtime.enable(%L)', format('%I.%I', _schema, _table));
  end if;
  if exists (select from jsonb_array_elements(_filter) as f
              where f ->> 'op' in ('match', 'imatch')
                -- matching these can take as long as whoever wrote them likes, and everybody waits
                and (f ->> 'value' ~ '\\[1-9]|\(\?<?[=!]' or length(f ->> 'value') > 200)) then
    raise exception using errcode = 'PT400', constraint = 'bad_filter',
      message = 'a pattern is at most 200 characters long, without back references and lookaround';
  end if;
  v_known := realtime._describe(v_relation, _role) -> 'names';
  foreach v_column in array coalesce(_columns, '{}')
                      || array(select f ->> 'column' from jsonb_array_elements(_filter) as f) loop
    if not v_known ? v_column then
      raise exception using errcode = 'PT400', constraint = 'unknown_column',
        message = format('column %L does not exist or may not be selected', v_column);
    end if;
  end loop;
  return array(
    select realtime._match_sql(v_relation, jsonb_build_array(t.term))
      from jsonb_array_elements(_filter) with ordinality as t (term, position)
     order by t.position);
end
$$;
comment on function realtime.check_subscription(name, text, text, jsonb, text[]) is
  'The statements that try each term of a subscription''s filter; raises PT400 when table, '
  'column or operator do not suit.';
revoke execute on function realtime.check_subscription(name, text, text, jsonb, text[]) from public;
grant execute on function realtime.check_subscription(name, text, text, jsonb, text[]) to authenticator;

create or replace function realtime.add_subscription(
  _node uuid, _id bigint, _role name, _claims text, _session_id uuid, _user_id uuid,
  _schema text, _table text, _event text, _filter jsonb, _columns text[])
  returns void
  language sql volatile
  security definer set search_path = ''
as $$
  insert into realtime.subscriptions (node, id, role, claims, session_id, user_id, schema_name,
                                      table_name, event, filter, columns)
  values (_node, _id, _role, _claims, _session_id, _user_id, _schema, _table, _event, _filter, _columns)
  on conflict (node, id) do update
    set role = excluded.role, claims = excluded.claims, session_id = excluded.session_id,
        user_id = excluded.user_id
$$;
comment on function realtime.add_subscription(
  uuid, bigint, name, text, uuid, uuid, text, text, text, jsonb, text[]) is
  'Puts a subscription down that realtime.subscribe has checked, or gives it new claims.';
revoke execute
  on function realtime.add_subscription(uuid, bigint, name, text, uuid, uuid, text, text, text, jsonb, text[])
  from public;
grant execute
  on function realtime.add_subscription(uuid, bigint, name, text, uuid, uuid, text, text, text, jsonb, text[])
  to authenticator;

create or replace function realtime.subscribe(
  _node uuid, _id bigint, _role name, _claims text, _session_id uuid, _user_id uuid,
  _schema text, _table text, _event text, _filter jsonb default '[]', _columns text[] default null,
  out status int, out body jsonb)
  language plpgsql volatile
as $$
declare
  v_trials constant text[] := realtime.check_subscription(
    _role => _role, _schema => _schema, _table => _table, _filter => _filter, _columns => _columns);
begin
  perform set_config('role', _role, true);
  for v_n in 1 .. cardinality(v_trials) loop
    execute v_trials[v_n] using array[1], array[jsonb_build_array(_filter -> v_n - 1)], array['{}'::jsonb];
  end loop;
  perform set_config('role', 'none', true);
  perform realtime.add_subscription(
    _node => _node, _id => _id, _role => _role, _claims => _claims,
    _session_id => _session_id, _user_id => _user_id,
    _schema => _schema, _table => _table, _event => _event, _filter => _filter, _columns => _columns);
  status := 200;
  body := jsonb_build_object('snapshot', pg_current_snapshot());
end
$$;
comment on function realtime.subscribe(
  uuid, bigint, name, text, uuid, uuid, text, text, text, jsonb, text[]) is
  'Makes changes of a table flow to a subscription of a node; answers the snapshot before it. Raises PT400 or the value''s own error
when the parameters do not suit the table.';
revoke execute
  on function realtime.subscribe(uuid, bigint, name, text, uuid, uuid, text, text, text, jsonb, text[])
  from public;
grant execute
  on function realtime.subscribe(uuid, bigint, name, text, uuid, uuid, text, text, text, jsonb, text[])
  to authenticator;
