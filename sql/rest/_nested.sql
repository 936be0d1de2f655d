-- Nested inserts: a body that follows the foreign keys, {"name": …, "tasks": [{…}]},
-- where select names the embeds. A statement for each table, in the order that the
-- keys demand: rows referred to, the row itself, rows that refer to it. Not one
-- statement, for a policy of the child that looks its parent up must find it.
--
-- Rows are known by their position in the body. Each statement leaves the keys of
-- its rows, in that order, in the setting rest.rows_<path> for those that follow,
-- and in rest.affected how many rows a trigger swallowed, which must be none.

-- The documents at a path of names, numbered, each with the number of the one above.
create or replace function rest._nested_rows(_lit int, _names text[])
  returns text
  language plpgsql immutable
as $$
declare
  v_list constant text := 'json_array_elements(case json_typeof(%1$s) when ''array'' then %1$s when ''object'' then json_build_array(%1$s)'
                       || ' else ''[]''::json end) with ordinality as e(doc, n)';
  v_sql  text := 'select e.n, null::bigint as parent, e.doc from ' || format(v_list, '$' || _lit || '::json');
  v_name text;
begin
  foreach v_name in array _names loop
    v_sql := 'select row_number() over (order by p.n, e.n) as n, p.n as parent, e.doc from (' || v_sql
          || ') p cross join lateral ' || format(v_list, '(p.doc -> ' || quote_literal(v_name) || ')');
  end loop;
  return v_sql;
end
$$;
comment on function rest._nested_rows(int, text[]) is
  'A query of the documents that stand at a path of the body.';

create or replace function rest._nested_kept(_path text)
  returns text
  language sql immutable
as $$
  select 'json_array_elements(current_setting(' || quote_literal('rest.rows_' || _path)
      || ')::json) with ordinality'
$$;
comment on function rest._nested_kept(text) is 'The from item of the keys that an insert left behind.';

-- _keys as expressions over a kept row, typed as the columns that take them.
create or replace function rest._nested_values(_rel oid, _takers jsonb, _row text, _keys jsonb)
  returns jsonb
  language sql stable
as $$
  select coalesce(jsonb_object_agg(t.name, '(' || _row || ' ->> ' || quote_literal(k.name) || ')::'
                                           || pg_catalog.format_type(rest._column_type(_rel, t.name), null)),
                  '{}')
    from jsonb_array_elements_text(_takers) with ordinality as t(name, at)
    join jsonb_array_elements_text(_keys) with ordinality as k(name, at) on k.at = t.at
$$;
comment on function rest._nested_values(oid, jsonb, text, jsonb) is
  'Columns that take keys, each with its value''s expression.';

create or replace function rest._nested_insert(
  _rel oid, _title text, _lit int, _at jsonb, _columns jsonb, _from text, _taken jsonb, _keep text[])
  returns text
  language plpgsql stable
as $$
declare
  v_names  text[];
  v_values text[];
  v_typed  text;
begin
  select array_agg(c.name order by c.at), array_agg(coalesce(c.parser || '(%s)', '%s') order by c.at),
         string_agg(quote_ident(c.name) || ' ' || c.type, ', ' order by c.at)
    into v_names, v_values, v_typed
    from rest._body_columns(_rel, _title, _columns) c;
  select array_agg(i.name order by i.name), array_agg(i.value order by i.name) into v_names, v_values
    from (
      select n.name, coalesce('coalesce(' || (_taken ->> n.name) || ', ' || v.own || ')', v.own) as value
        from unnest(v_names, v_values) as n(name, parser)
       cross join lateral (select format(n.parser, 'h_typed.' || quote_ident(n.name)) as own) v
      union all
      select t.key, t.value from jsonb_each_text(_taken) as t where t.key <> all (coalesce(v_names, '{}'))) i;
  return 'with h_rows as materialized ('
    || rest._nested_rows(_lit, array(select jsonb_array_elements_text(_at -> 'names')))
    || '), h_new as (insert into ' || rest._qualified(_rel)
    || coalesce('(' || (select string_agg(quote_ident(n.name), ', ' order by n.at)
                          from unnest(v_names) with ordinality as n(name, at)) || ')', '')
    || ' select ' || coalesce(array_to_string(v_values, ', '), '') || ' from h_rows'
    || coalesce(' cross join lateral json_to_record(h_rows.doc) as h_typed(' || v_typed || ')', '')
    || _from || ' order by h_rows.n returning '
    || coalesce((select string_agg(quote_ident(k.name), ', ') from unnest(_keep) as k(name)), '1')
    || ')' || ' select set_config(' || quote_literal('rest.rows_' || (_at ->> 'path'))
    || ', (select coalesce(json_agg(json_build_object('
    || coalesce((select string_agg(quote_literal(k.name) || ', h_new.' || quote_ident(k.name), ', ')
                   from unnest(_keep) as k(name)), '')
    || ')), ''[]'')::text from h_new), true), set_config(''rest.affected'', (coalesce(nullif(current_setting(''rest.affected'', true), '''')::bigint, 0)'
    || ' + (select count(*) from h_rows) - (select count(*) from h_new))::text, true)';
end
$$;
comment on function rest._nested_insert(oid, text, int, jsonb, jsonb, text, jsonb, text[]) is
  'The insert of one table''s rows.';

-- The rows of a join table, which pair what its two sides have just got.
create or replace function rest._nested_junction(_link jsonb, _lit int, _at jsonb, _up text)
  returns text
  language sql stable
as $$
  select 'insert into ' || rest._qualified(j.rel) || '('
      || string_agg(quote_ident(v.key), ', ' order by v.key) || ') select '
      || string_agg(v.value, ', ' order by v.key) || ' from ('
      || rest._nested_rows(_lit, array(select jsonb_array_elements_text(_at -> 'names')))
      || ') h_rows join ' || rest._nested_kept(_up) || ' as h_up(row, n) on h_up.n = h_rows.parent join '
      || rest._nested_kept(_at ->> 'path') || ' as h_far(row, n) on h_far.n = h_rows.n order by h_rows.n'
    from (select (_link ->> 'junction')::oid as rel) j
   cross join lateral jsonb_each_text(
     rest._nested_values(j.rel, _link -> 'jcols', 'h_up.row', _link -> 'cols')
     || rest._nested_values(j.rel, _link -> 'jrefs', 'h_far.row', _link -> 'refs')) as v
   group by j.rel
$$;
comment on function rest._nested_junction(jsonb, int, jsonb, text) is
  'The insert into the join table of a many-to-many embed.';

-- All inserts at and below a node. _at: {path, names, keep (columns whose values
-- are wanted later), up (the row above, if it comes first)}.
create or replace function rest._nested_steps(_node jsonb, _spec jsonb, _lit int, _at jsonb)
  returns text[]
  language plpgsql stable
as $$
declare
  v_rel     constant oid := (_node ->> 'rel')::oid;
  v_up      constant jsonb := _at -> 'up';
  v_columns jsonb := coalesce(_spec -> 'columns', '[]');
  v_keep    text[] := array(select jsonb_array_elements_text(_at -> 'keep'));
  v_first   text[] := array[]::text[];
  v_then    text[] := array[]::text[];
  v_from    text := '';
  v_taken   jsonb := '{}'::jsonb;
  v_sub     jsonb;
  v_embed   jsonb;
  v_link    jsonb;
  v_place   jsonb;
  v_n       int := 0;
begin
  for v_sub in select s.sub from jsonb_array_elements(_spec -> 'nested') as s(sub) loop
    if rest._column_type(v_rel, v_sub ->> 'name') is not null then    -- a column of that name takes it
      v_columns := v_columns || jsonb_build_array(v_sub -> 'name');
      continue;
    end if;
    select e.embed into strict v_embed from jsonb_array_elements(_node -> 'embed') as e(embed)
     where coalesce(e.embed ->> 'alias', e.embed ->> 'name') = v_sub ->> 'name' limit 1;
    v_link := v_embed -> 'link';
    if v_link ->> 'kind' = 'computed' then
      perform rest._fail(400, 'PGRST127', 'Feature not implemented', to_jsonb(format(
        '''%s'' is a function: nothing can be inserted through it.', v_sub ->> 'name')));
    end if;
    v_n := v_n + 1;
    v_place := jsonb_build_object('path', (_at ->> 'path') || '_' || v_n,
                                  'names', (_at -> 'names') || (v_sub -> 'name'));
    if (v_link ->> 'to_one')::boolean and not (v_link ->> 'inward')::boolean then
      v_first := v_first
        || rest._nested_steps(v_embed, v_sub, _lit, v_place || jsonb_build_object('keep', v_link -> 'refs'));
      v_from := v_from || format(
        ' left join (select r.parent as n, k.row from (%s) r join %s as k(row, n) on k.n = r.n) h_one_%s on h_one_%s.n = h_rows.n',
        rest._nested_rows(_lit, array(select jsonb_array_elements_text(v_place -> 'names'))),
        rest._nested_kept(v_place ->> 'path'), v_n, v_n);
      v_taken := v_taken
        || rest._nested_values(v_rel, v_link -> 'cols', 'h_one_' || v_n || '.row', v_link -> 'refs');
    else
      v_keep := v_keep || array(select jsonb_array_elements_text(v_link -> 'cols'));
      v_then := v_then || rest._nested_steps(v_embed, v_sub, _lit, v_place
        || case when v_link ->> 'kind' = 'm2m' then jsonb_build_object('keep', v_link -> 'refs')
                else jsonb_build_object('up', jsonb_build_object('link', v_link, 'path', _at -> 'path')) end);
      if v_link ->> 'kind' = 'm2m' then
        v_then := v_then || rest._nested_junction(v_link, _lit, v_place, _at ->> 'path');
      end if;
    end if;
  end loop;
  if v_up is not null then
    v_from := v_from || ' join ' || rest._nested_kept(v_up ->> 'path')
      || ' as h_up(row, n) on h_up.n = h_rows.parent';
    v_taken := v_taken
      || rest._nested_values(v_rel, v_up -> 'link' -> 'refs', 'h_up.row', v_up -> 'link' -> 'cols');
  end if;
  return v_first
    || rest._nested_insert(v_rel, _node ->> 'title', _lit, _at, v_columns, v_from, v_taken,
                           array(select distinct k.name from unnest(v_keep) as k(name) order by 1))
    || v_then;
end
$$;
comment on function rest._nested_steps(jsonb, jsonb, int, jsonb) is 'The inserts of a nested body, in order.';

-- The representation is read back: the embeds must show what was written to them.
create or replace function rest._nested_read(_node jsonb, _key text[], _rel oid)
  returns text
  language plpgsql stable
as $$
declare
  v_q   constant text := rest._qualified(_rel);
  v_sql text;
begin
  v_sql := rest._render(
    _node,
    jsonb_build_object(
      'q', v_q, 'row', quote_ident(_node ->> 'title'), 'type', v_q, 'conds', '[]'::jsonb,
      'from', rest._nested_kept('0') || ' as h_kept(row, n) join ' || v_q || ' on '
        || (select string_agg(v_q || '.' || quote_ident(v.key) || ' = ' || v.value, ' and ')
              from jsonb_each_text(
                     rest._nested_values(_rel, to_jsonb(_key), 'h_kept.row', to_jsonb(_key))) as v)),
    false) ->> 'sql';
  return v_sql || case when _node ? 'order' or jsonb_path_exists(_node, '$.select[*].agg') then ''
                       else ' order by h_kept.n' end;
end
$$;
comment on function rest._nested_read(jsonb, text[], oid) is
  'The inserted rows with their embeds, in the order of the body.';

create or replace function rest._compile_nested(_shape jsonb, _ctx jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_rel     constant oid := rest._relation(_shape ->> 'schema', _shape ->> 'name');
  v_full    constant boolean := _shape ->> 'rep' is not distinct from 'full';
  v_columns constant jsonb := coalesce(_shape -> 'columns', '[]');
  v_key     text[];
  v_node    jsonb;
  v_steps   text[];
  v_handler jsonb;
  v_sql     text;
begin
  if v_rel is null then
    perform rest._fail_no_table(_shape ->> 'schema', _shape ->> 'name');
  elsif not exists (select from jsonb_array_elements(_shape -> 'nested') as n(sub)
                     where rest._column_type(v_rel, n.sub ->> 'name') is null) then
    return rest._compile_write(_shape || jsonb_build_object(
      'columns', v_columns || jsonb_path_query_array(_shape, '$.nested[*].name')), _ctx);
  elsif _shape ? 'resolution' then
    perform rest._fail(400, 'PGRST127', 'Feature not implemented',
                       '"A nested insert cannot resolve duplicates."');
  end if;
  v_key := rest._key(v_rel);
  v_node := rest._resolve(_shape -> 'root', v_rel, _shape ->> 'name', 0, _ctx);
  if v_full and cardinality(v_key) = 0 then
    perform rest._fail(400, 'PGRST127', 'Feature not implemented', to_jsonb(format(
      '''%s'' has no primary key to read its inserted rows back by.', _shape ->> 'name')));
  end if;
  v_steps := rest._nested_steps(v_node, _shape, (_shape -> 'body' ->> 'lit')::int, jsonb_build_object(
    'path', '0', 'names', '[]'::jsonb,
    'keep', case when _shape ->> 'rep' in ('full', 'headers') then to_jsonb(v_key) else '[]' end));
  perform rest._check_preferences(_shape);
  v_handler := rest._negotiate(_shape -> 'accept', _shape ->> 'schema', _shape ->> 'name',
                               rest._default_select(_shape -> 'root'), _ctx);
  v_sql := 'with h_source as ('
    || case when v_full then rest._nested_read(v_node, v_key, v_rel)
            else 'select ' || coalesce((
                   select string_agg(v.value || ' as ' || quote_ident(v.key), ', ')
                     from jsonb_each_text(rest._nested_values(
                            v_rel, to_jsonb(v_key), 'h_kept.row', to_jsonb(v_key))) as v), '1')
                 || ' from ' || rest._nested_kept('0') || ' as h_kept(row, n)' end
    || ') select null::bigint as total, ' || rest._page(_shape, 'pg_catalog.count(h_row)') || ' as page, '
    || case when _shape ->> 'rep' is not distinct from 'headers' and cardinality(v_key) > 0
            then 'case when pg_catalog.count(h_row) = 1 then ' || rest._location(v_key) || ' end'
            else 'null' end
    || ' as location, ' || case when v_full then rest._body_of(v_handler, null) else '''''::text' end
    || ' as body, ' || rest._asked() || ', null::int as inserted from (select * from h_source) h_row';
  return v_handler || jsonb_build_object(
    'sql', v_sql, 'types', rest._types(v_sql, _shape, null), 'read_only', false, 'columns', 7,
    'steps', (select jsonb_agg(jsonb_build_object('sql', s.sql, 'types', rest._types(s.sql, _shape, null))
                               order by s.at)
                from unnest(v_steps) with ordinality as s(sql, at)));
end
$$;
comment on function rest._compile_nested(jsonb, jsonb) is 'POST of a body that follows the foreign keys.';
