-- GET and HEAD of a table, and what is counted beside.

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
    'explain', case when v_mode <> 'exact' and _shape ->> 'op' = 'read'
                    then 'explain (format json) ' || v_count end,
    'cte', case when v_mode <> 'planned' and (_shape ? 'limited' or _ctx ->> 'max_rows' is not null)
                then ', h_count as (' || v_count
                     || case when v_mode = 'estimated'
                             then coalesce(' limit ' || ((_ctx ->> 'max_rows')::bigint + 1), '')
                             else '' end
                     || ')'
                else '' end,
    'total', case when v_mode = 'planned' then 'null::bigint'
                  when _shape ? 'limited' or _ctx ->> 'max_rows' is not null
                  then '(select pg_catalog.count(*) from h_count)'
                  else _page end);
end
$$;
comment on function rest._totals(jsonb, jsonb, jsonb, text, jsonb) is 'How the total is counted.';

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
  v_at := jsonb_build_object('from', rest._qualified(v_rel), 'q', rest._qualified(v_rel),
                             'type', rest._qualified(v_rel),
                             'row', quote_ident(_shape ->> 'name'), 'conds', '[]'::jsonb);
  v_node := rest._resolve(_shape -> 'root', v_rel, _shape ->> 'name', 0, _ctx);
  if _shape ? 'rls' then
    return rest._compile_rls(_shape, v_node, v_at);
  end if;
  v_handler := rest._negotiate(_shape -> 'accept', _shape ->> 'schema', _shape ->> 'name',
                               rest._default_select(_shape -> 'root'), _ctx);
  perform rest._check_preferences(_shape);
  v_totals := rest._totals(v_node, v_at, _shape, 'pg_catalog.count(h_row)', _ctx);
  if _shape ? 'cursor' then
    return rest._compile_cursor(_shape, v_node, v_at, v_handler, v_totals);
  end if;
  v_sql := rest._plan_prefix(v_handler) || 'with h_source as ('
    || (rest._render(v_node, v_at, false) ->> 'sql') || ')' || (v_totals ->> 'cte')
    || ' select ' || (v_totals ->> 'total') || ' as total, pg_catalog.count(h_row) as page, '
    || case when _shape ? 'head' then '''''::text' else rest._body_of(v_handler, null) end || ' as body, '
    || rest._asked() || ' from (select * from h_source) h_row';
  return v_handler || jsonb_build_object(
    'sql', v_sql, 'types', rest._types(v_sql, _shape, null), 'read_only', true, 'columns', 5,
    'count_sql', v_totals ->> 'explain', 'count_types', rest._types(v_totals ->> 'explain', _shape, null));
end
$$;
comment on function rest._compile_read(jsonb, jsonb) is 'GET and HEAD of a table.';
