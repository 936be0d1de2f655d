-- Keyset pages: Prefer: cursor orders by a key at last, answers where the page
-- ended, and the next page begins behind that place, whatever was inserted since.

-- The order with the key's columns behind it, each term with its expression, how
-- it sorts, and the literal that holds its last value (null: it was null).
create or replace function rest._cursor_terms(_node jsonb, _q text, _shape jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_rel   constant oid := (_node ->> 'rel')::oid;
  v_after constant jsonb := _shape -> 'cursor' -> 'after';
  v_order jsonb := coalesce(_node -> 'order', '[]');
  v_key   constant text[] := rest._key(v_rel);
begin
  if cardinality(v_key) = 0 then
    perform rest._fail(400, 'PGRST127', 'Feature not implemented', to_jsonb(format(
      '''%s'' has no primary key, which a cursor needs.', _node ->> 'title')));
  elsif v_order @? '$[*].rel' or jsonb_path_exists(_node, '$.**.agg') then
    perform rest._fail(400, 'PGRST127', 'Feature not implemented',
                       '"A cursor goes with neither aggregates nor an order by embeds."');
  end if;
  v_order := v_order || coalesce((
    select jsonb_agg(jsonb_build_object('name', k.name) order by k.at)
      from unnest(v_key) with ordinality as k(name, at)
     where not v_order @> jsonb_build_array(jsonb_build_object('name', k.name))), '[]');
  if jsonb_array_length(v_order) <> jsonb_array_length(coalesce(v_after, v_order)) then
    perform rest._fail(400, 'PGRST100', 'The cursor does not fit this request', null,
                       'Begin again with Prefer: cursor.');
  end if;
  return (
    select jsonb_agg(o.term || jsonb_build_object(
             'sql', rest._field(_q, v_rel, o.term), 'down', d.down,
             'first', coalesce(o.term ->> 'nulls' = 'first', d.down), 'lit', v_after -> (o.at::int - 1),
             'sure', not o.term ? 'path'
                     and coalesce((select a.attnotnull
                                     from pg_catalog.pg_attribute a
                                    where a.attrelid = v_rel and a.attname = o.term ->> 'name'), false))
             order by o.at)
      from jsonb_array_elements(v_order) with ordinality as o(term, at)
     cross join lateral (select coalesce(o.term ->> 'dir' = 'desc', false) as down) d);
end
$$;
comment on function rest._cursor_terms(jsonb, text, jsonb) is 'What a page with a cursor is ordered by.';

-- Behind the place where a page ended: a > $1 or (a = $1 and (b > $2 or …)).
-- Columns that sort one way and are never null compare as a row, which an index serves.
create or replace function rest._cursor_after(_terms jsonb)
  returns text
  language plpgsql immutable
as $$
declare
  v_term jsonb;
  v_more text;
  v_over text;
  v_sql  text;
begin
  if not jsonb_path_exists(_terms, '$[*] ? (@.sure != true || @.lit == null || @.down != $[0].down)') then
    return (select '(' || string_agg(t.term ->> 'sql', ', ' order by t.at) || ')'
                || case when (_terms -> 0 ->> 'down')::boolean then ' < (' else ' > (' end
                || string_agg('$' || (t.term ->> 'lit')::int, ', ' order by t.at) || ')'
              from jsonb_array_elements(_terms) with ordinality as t(term, at));
  end if;
  for v_term in
    select t.term from jsonb_array_elements(_terms) with ordinality as t(term, at) order by t.at desc
  loop
    v_more := case when (v_term ->> 'down')::boolean then ' < $' else ' > $' end || (v_term ->> 'lit')::int;
    v_over := case when not (v_term ->> 'sure')::boolean and not (v_term ->> 'first')::boolean
                   then ' or ' || (v_term ->> 'sql') || ' is null'
                   else '' end;
    v_sql := case when v_term -> 'lit' = 'null' and (v_term ->> 'first')::boolean
                  then '(' || (v_term ->> 'sql') || ' is not null' || coalesce(' or ' || v_sql, '') || ')'
                  when v_term -> 'lit' = 'null'
                  then '(' || (v_term ->> 'sql') || ' is null and ' || coalesce(v_sql, 'false') || ')'
                  else '(' || (v_term ->> 'sql') || v_more || v_over
                       || coalesce(' or ' || (v_term ->> 'sql') || ' = $' || (v_term ->> 'lit')::int
                                   || ' and ' || v_sql, '')
                       || ')' end;
  end loop;
  return v_sql;
end
$$;
comment on function rest._cursor_after(jsonb) is 'The condition that begins a page where the last one ended.';

create or replace function rest._compile_cursor(
  _shape jsonb, _node jsonb, _at jsonb, _handler jsonb, _totals jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_terms  constant jsonb := rest._cursor_terms(_node, _at ->> 'q', _shape);
  v_query  jsonb;
  v_fields text;
  v_sql    text;
begin
  v_query := rest._render(
    _node || jsonb_build_object('order', v_terms, 'select', rest._fields(_node, true)),
    _at || jsonb_build_object(
      'conds', case when _shape -> 'cursor' ? 'after' then jsonb_build_array(rest._cursor_after(v_terms))
                    else '[]' end,
      'items', jsonb_build_array('json_build_array('
        || (select string_agg('(' || (t.term ->> 'sql') || ')::text', ', ' order by t.at)
              from jsonb_array_elements(v_terms) with ordinality as t(term, at))
        || ')::text as h_key')),
    false);
  select string_agg('h_all.' || quote_ident(o.name), ', ' order by o.at) into v_fields
    from (select c.col ->> 'n' as name, min(c.at) as at
            from jsonb_array_elements(v_query -> 'out') with ordinality as c(col, at) group by 1) o;
  v_sql := rest._plan_prefix(_handler) || 'with h_keyed as (' || (v_query ->> 'sql')
    || '), h_source as (select ' || coalesce(v_fields, '') || ' from h_keyed h_all)' || (_totals ->> 'cte')
    || ' select ' || (_totals ->> 'total') || ' as total, pg_catalog.count(h_row) as page, '
    || case when _shape ? 'head' then '''''::text' else rest._body_of(_handler, null) end || ' as body, '
    || rest._asked() || ', '
    || coalesce('case when pg_catalog.count(h_row) = $' || (_node ->> 'limit')::int
                || '::bigint then (array_agg(h_all.h_key))[pg_catalog.count(h_row)] end', 'null')
    || ' as next from h_keyed h_all cross join lateral (select ' || coalesce(v_fields, '') || ') h_row';
  return _handler || jsonb_build_object(
    'sql', v_sql, 'types', rest._types(v_sql, _shape, null), 'read_only', true, 'columns', 6,
    'count_sql', _totals ->> 'explain', 'count_types', rest._types(_totals ->> 'explain', _shape, null));
end
$$;
comment on function rest._compile_cursor(jsonb, jsonb, jsonb, jsonb, jsonb) is
  'GET and HEAD of a table by pages with a cursor.';
