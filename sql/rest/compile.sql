-- The one door: a request's shape becomes one parametrised statement. What the
-- shape holds is written down in server/rest/doc.go; it says everything about a
-- request but its literals, which only ever appear as $n. Reads pg_catalog as it
-- is at this moment and no other table.
--
-- Answers {sql, types, …}, or {error, status} in PostgREST's words. Types say
-- how literals bind: 0 leaves it to the context, as an untyped quoted value.

-- Literals that the statement does not use still need a type.
create or replace function rest._types(_sql text, _shape jsonb, _bytea int)
  returns jsonb
  language sql immutable
as $$
  with used as (select distinct m.part[1]::int as n from regexp_matches(_sql, '\$(\d+)', 'g') as m(part) where length(m.part[1]) < 6)
  select coalesce(jsonb_agg(case when n.n = _bytea then 17 when n.n in (select u.n from used u) then 0 else 25 end order by n.n), '[]')
    from generate_series(1, coalesce((_shape ->> 'lits')::int, 0)) as n(n)
$$;
comment on function rest._types(text, jsonb, int) is 'Type oids of a statement''s parameters.';

create or replace function rest._fail_no_table(_schema text, _name text)
  returns void
  language plpgsql volatile
as $$
declare
  v_among jsonb;
begin
  select coalesce(jsonb_agg(c.relname), '[]') into v_among
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where n.nspname = _schema and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition;
  perform rest._fail(404, 'PGRST205', format('Could not find the table ''%s.%s'' in the schema cache', _schema, _name), null, null,
    case when jsonb_array_length(v_among) < 500 then
      jsonb_build_object('word', _name, 'among', v_among, 'min', 0.75, 'format', 'Perhaps you meant the table ''' || _schema || '.%s''') end);
end
$$;
comment on function rest._fail_no_table(text, text) is 'Refuses a table that is not there.';

create or replace function rest._check_preferences(_shape jsonb)
  returns void
  language plpgsql stable
as $$
begin
  if _shape ? 'strict' then
    perform rest._fail(400, 'PGRST122', 'Invalid preferences given with handling=strict', to_jsonb('Invalid preferences: ' || (_shape ->> 'strict')));
  end if;
end
$$;
comment on function rest._check_preferences(jsonb) is 'Refuses preferences that handling=strict does not let pass.';

-- Headers and status that the user's functions asked for.
create or replace function rest._asked()
  returns text
  language sql immutable
as $$
  select 'nullif(current_setting(''response.headers'', true), '''') as headers, nullif(current_setting(''response.status'', true), '''') as status'
$$;
comment on function rest._asked() is 'Select items for response.headers and response.status.';

-- What a read or call counts: {cte, total, explain}.
create or replace function rest._totals(_node jsonb, _at jsonb, _shape jsonb, _page text, _ctx jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_count text;
  v_mode  constant text := _shape ->> 'count';
begin
  if v_mode is null then
    return '{"cte": "", "total": "null::bigint"}'::jsonb;
  end if;
  v_count := rest._count(_node, _at);
  return jsonb_build_object(
    'explain', case when v_mode <> 'exact' and _shape ->> 'op' = 'read' then 'explain (format json) ' || v_count end,
    'cte', case when v_mode <> 'planned' and (_shape ? 'limited' or _ctx ->> 'max_rows' is not null) then ', h_count as ('
             || v_count || case when v_mode = 'estimated' then coalesce(' limit ' || ((_ctx ->> 'max_rows')::bigint + 1), '') else '' end || ')' else '' end,
    'total', case when v_mode = 'planned' then 'null::bigint'
                  when _shape ? 'limited' or _ctx ->> 'max_rows' is not null then '(select pg_catalog.count(*) from h_count)'
                  else _page end);
end
$$;
comment on function rest._totals(jsonb, jsonb, jsonb, text, jsonb) is 'How the total is counted.';

-- The row count of a statement, left behind for rest.check_affected where it can abort.
create or replace function rest._page(_shape jsonb, _count text)
  returns text
  language sql immutable
as $$
  select case when _shape ? 'check' then 'set_config(''rest.affected'', ' || _count || '::text, true)::bigint' else _count end
$$;
comment on function rest._page(jsonb, text) is 'The expression of the number of rows.';

create or replace function rest._plan_prefix(_handler jsonb)
  returns text
  language sql immutable
as $$
  select case when _handler ? 'plan' then 'explain (format ' || case _handler -> 'plan' ->> 'plan' when 'json' then 'json' else 'text' end
    || coalesce((select string_agg(', ' || case o.name when 'analyze' then 'analyze' when 'verbose' then 'verbose' when 'settings' then 'settings'
                                     when 'buffers' then 'buffers' when 'wal' then 'wal' end, '')
                   from jsonb_array_elements_text(_handler -> 'plan' -> 'options') as o(name)), '') || ') ' else '' end
$$;
comment on function rest._plan_prefix(jsonb) is 'explain, where a plan was asked for.';

create or replace function rest._default_select(_node jsonb)
  returns boolean
  language sql immutable
as $$
  select coalesce(jsonb_array_length(_node -> 'select'), 0) = 1 and _node -> 'select' -> 0 ->> 'name' = '*'
     and not _node -> 'select' -> 0 ? 'agg' and not _node ? 'embed'
$$;
comment on function rest._default_select(jsonb) is 'Whether all of the row is selected and nothing else.';

create or replace function rest._compile_read(_shape jsonb, _ctx jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_rel     constant oid := rest._relation(_shape ->> 'schema', _shape ->> 'name');
  v_at      jsonb;
  v_node    jsonb;
  v_handler jsonb;
  v_totals  jsonb;
  v_sql     text;
begin
  if v_rel is null then
    perform rest._fail_no_table(_shape ->> 'schema', _shape ->> 'name');
  end if;
  v_at := jsonb_build_object('from', rest._qualified(v_rel), 'q', rest._qualified(v_rel), 'type', rest._qualified(v_rel),
                             'row', quote_ident(_shape ->> 'name'), 'conds', '[]'::jsonb);
  v_node := rest._resolve(_shape -> 'root', v_rel, _shape ->> 'name', 0, _ctx);
  if _shape ? 'rls' then
    return rest._compile_rls(_shape, v_node, v_at);
  end if;
  v_handler := rest._negotiate(_shape -> 'accept', _shape ->> 'schema', _shape ->> 'name', rest._default_select(_shape -> 'root'), _ctx);
  perform rest._check_preferences(_shape);
  v_totals := rest._totals(v_node, v_at, _shape, 'pg_catalog.count(h_row)', _ctx);
  if _shape ? 'cursor' then
    return rest._compile_cursor(_shape, v_node, v_at, v_handler, v_totals);
  end if;
  v_sql := rest._plan_prefix(v_handler) || 'with h_source as (' || (rest._render(v_node, v_at, false) ->> 'sql') || ')' || (v_totals ->> 'cte')
    || ' select ' || (v_totals ->> 'total') || ' as total, pg_catalog.count(h_row) as page, '
    || case when _shape ? 'head' then '''''::text' else rest._body_of(v_handler, null) end || ' as body, '
    || rest._asked() || ' from (select * from h_source) h_row';
  return v_handler || jsonb_build_object('sql', v_sql, 'types', rest._types(v_sql, _shape, null), 'read_only', true, 'columns', 5,
    'count_sql', v_totals ->> 'explain', 'count_types', rest._types(v_totals ->> 'explain', _shape, null));
end
$$;
comment on function rest._compile_read(jsonb, jsonb) is 'GET and HEAD of a table.';

create or replace function rest._location(_key text[])
  returns text
  language sql immutable
as $$
  select '(select json_agg(json_build_array(l.key, coalesce(''eq.'' || l.value, ''is.null'')))::text'
      || ' from (select row_to_json(h) as r from h_source h limit 1) s, json_each_text(s.r) as l where l.key in ('
      || (select string_agg(quote_literal(k.name), ', ') from unnest(_key) as k(name)) || '))'
$$;
comment on function rest._location(text[]) is 'The key of the one inserted row, as filters.';

create or replace function rest._compile_write(_shape jsonb, _ctx jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_op      constant text := _shape ->> 'op';
  v_rel     constant oid := rest._relation(_shape ->> 'schema', _shape ->> 'name');
  v_key     text[];
  v_node    jsonb;
  v_handler jsonb;
  v_back    text;
  v_sql     text;
  v_at      jsonb;
begin
  if v_rel is null then
    perform rest._fail_no_table(_shape ->> 'schema', _shape ->> 'name');
  end if;
  v_key := rest._key(v_rel);
  v_node := rest._resolve(_shape -> 'root', v_rel, _shape ->> 'name', 0, _ctx);
  if v_op = 'put' then
    perform rest._check_put(v_key, _shape);
  end if;
  v_back := case when _shape ->> 'rep' in ('full', 'headers')
    then rest._returning_list(rest._qualified(v_rel), rest._returning(v_node, v_key)) else '1' end;
  v_sql := case v_op when 'update' then rest._update(v_rel, v_node, v_back, _shape)
                     when 'delete' then rest._delete(v_rel, v_back, _shape)
                     else rest._insert(v_rel, v_node, v_key, v_back, _shape) end;
  perform rest._check_preferences(_shape);
  v_handler := rest._negotiate(_shape -> 'accept', _shape ->> 'schema', _shape ->> 'name', rest._default_select(_shape -> 'root'), _ctx);
  v_at := jsonb_build_object('from', 'h_source as ' || quote_ident(_shape ->> 'name'), 'q', quote_ident(_shape ->> 'name'),
                             'row', quote_ident(_shape ->> 'name'), 'type', rest._qualified(v_rel), 'conds', '[]'::jsonb);
  v_sql := rest._plan_prefix(v_handler) || 'with h_source as (' || v_sql || ') select null::bigint as total, ' || rest._page(_shape, 'pg_catalog.count(h_row)') || ' as page, '
    || case when v_op = 'insert' and _shape ->> 'rep' is not distinct from 'headers' and cardinality(v_key) > 0
            then 'case when pg_catalog.count(h_row) = 1 then ' || rest._location(v_key) || ' end' else 'null' end || ' as location, '
    || case when _shape ->> 'rep' is not distinct from 'full' then rest._body_of(v_handler, null) else '''''::text' end || ' as body, '
    || rest._asked() || ', '
    || case when v_op = 'put' or v_op = 'insert' and _shape ->> 'resolution' is not distinct from 'merge'
            then 'nullif(current_setting(''pgrst.inserted'', true), '''')::int' else 'null::int' end || ' as inserted'
    || ' from (' || case when _shape ->> 'rep' is not distinct from 'full' then rest._render(v_node, v_at, false) ->> 'sql'
                         else 'select * from h_source' end || ') h_row';
  return v_handler || jsonb_build_object('sql', v_sql, 'types', rest._types(v_sql, _shape, null), 'read_only', false, 'columns', 7,
                                         'keyed', cardinality(v_key) > 0);
end
$$;
comment on function rest._compile_write(jsonb, jsonb) is 'POST, PATCH, PUT and DELETE of a table.';

create or replace function rest._compile_call(_shape jsonb, _ctx jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_function constant jsonb := rest._function(_shape ->> 'schema', _shape ->> 'name', _shape);
  v_title    constant text := case when (v_function ->> 'composite')::boolean then v_function ->> 'title' else _shape ->> 'name' end;
  v_rel      constant oid := rest._relation(_shape ->> 'schema', v_title);
  v_node     constant jsonb := rest._resolve(_shape -> 'root', v_rel, v_title, 0, _ctx);
  v_at       constant jsonb := jsonb_build_object('from', 'h_source as ' || quote_ident(v_title), 'q', quote_ident(v_title),
                                 'row', quote_ident(v_title), 'type', coalesce(rest._qualified(v_rel), quote_ident(v_title)), 'conds', '[]'::jsonb);
  v_page     constant text := case when (v_function ->> 'set')::boolean then 'pg_catalog.count(h_row)' else '1::bigint' end;
  v_handler  jsonb;
  v_totals   jsonb;
  v_sql      text;
begin
  v_handler := rest._negotiate(_shape -> 'accept', _shape ->> 'schema', v_title, rest._default_select(_shape -> 'root'), _ctx);
  perform rest._check_preferences(_shape);
  if _shape ? 'max_affected' and not (v_function ->> 'set')::boolean then
    perform rest._fail(400, 'PGRST128', 'Function must return SETOF or TABLE when max-affected preference is used with handling=strict');
  end if;
  v_totals := rest._totals(v_node, v_at, _shape, v_page, _ctx);
  v_sql := rest._plan_prefix(v_handler) || 'with h_source as (' || rest._call(v_function, v_node, _shape) || ')' || (v_totals ->> 'cte')
    || ' select ' || (v_totals ->> 'total') || ' as total, ' || rest._page(_shape, v_page) || ' as page, '
    || case when _shape ? 'head' then '''''::text' else rest._body_of(v_handler, v_function) end || ' as body, ' || rest._asked()
    || ' from (' || (rest._render(v_node, v_at, false) ->> 'sql') || ') h_row';
  return v_handler || jsonb_build_object('sql', v_sql, 'void', v_function -> 'void',
    'types', rest._types(v_sql, _shape, case when _shape ->> 'content' is not distinct from 'octet' then (_shape -> 'body' ->> 'lit')::int end),
    'columns', 5, 'read_only', _shape ? 'get' or not (v_function ->> 'volatile')::boolean,
    'settings', (select jsonb_object_agg(split_part(s.setting, '=', 1), substr(s.setting, strpos(s.setting, '=') + 1))
                   from jsonb_array_elements_text(v_function -> 'settings') as s(setting)
                  where split_part(s.setting, '=', 1) = any (array(select jsonb_array_elements_text(_ctx -> 'hoisted')))));
end
$$;
comment on function rest._compile_call(jsonb, jsonb) is 'GET, HEAD and POST of a function.';

-- OPTIONS: what can be done with it.
create or replace function rest._compile_info(_shape jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_rel oid;
  v_can int;
begin
  if _shape ? 'rpc' then
    return jsonb_build_object('allow', case when (rest._function(_shape ->> 'schema', _shape ->> 'name', _shape) ->> 'volatile')::boolean
                                            then 'OPTIONS,POST' else 'OPTIONS,GET,HEAD,POST' end);
  end if;
  v_rel := rest._relation(_shape ->> 'schema', _shape ->> 'name');
  if v_rel is null then
    perform rest._fail_no_table(_shape ->> 'schema', _shape ->> 'name');
  end if;
  select case c.relkind when 'm' then 0 when 'r' then 28 when 'p' then 28 else pg_catalog.pg_relation_is_updatable(v_rel, true) end
    into v_can from pg_catalog.pg_class c where c.oid = v_rel;
  return jsonb_build_object('allow', concat_ws(',', 'OPTIONS,GET,HEAD', case when v_can & 8 = 8 then 'POST' end,
    case when v_can & 12 = 12 and cardinality(rest._key(v_rel)) > 0 then 'PUT' end,
    case when v_can & 4 = 4 then 'PATCH' end, case when v_can & 16 = 16 then 'DELETE' end));
end
$$;
comment on function rest._compile_info(jsonb) is 'The Allow header of a table, view or function.';

create or replace function rest.compile(_shape jsonb, _settings jsonb)
  returns jsonb
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_ctx     constant jsonb := _settings || jsonb_build_object('schema', _shape -> 'schema');
  v_code    text;
  v_status  text;
  v_detail  text;
  v_hint    text;
  v_suggest text;
  v_message text;
begin
  return case _shape ->> 'op'
    when 'read' then rest._compile_read(_shape, v_ctx)
    when 'call' then rest._compile_call(_shape, v_ctx)
    when 'info' then rest._compile_info(_shape)
    when 'insert' then case when _shape ? 'nested' then rest._compile_nested(_shape, v_ctx) else rest._compile_write(_shape, v_ctx) end
    else rest._compile_write(_shape, v_ctx) end;
exception when sqlstate 'HW000' then
  get stacked diagnostics v_message = message_text, v_code = constraint_name, v_status = column_name,
                          v_detail = pg_exception_detail, v_hint = pg_exception_hint, v_suggest = table_name;
  return jsonb_build_object('status', v_status::int, 'suggest', nullif(v_suggest, '')::jsonb, 'error', jsonb_build_object(
    'code', v_code, 'message', v_message, 'details', nullif(v_detail, '')::jsonb, 'hint', nullif(v_hint, '')));
end
$$;
comment on function rest.compile(jsonb, jsonb) is
  'Compiles a request''s shape (server/rest/doc.go) into one statement. Answers PostgREST''s error, as data, for what cannot be.';
revoke execute on function rest.compile(jsonb, jsonb) from public;
grant execute on function rest.compile(jsonb, jsonb) to authenticator;
