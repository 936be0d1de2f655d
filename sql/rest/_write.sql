-- Inserts, updates, upserts and deletes as the query behind h_source.

-- The columns that a returning must bring: what is selected, and what the
-- embeds join on; all of them where only the row will do.
create or replace function rest._returning(_node jsonb, _key text[])
  returns text[]
  language sql stable
as $$
  select case when _node -> 'select' @> '[{"name": "*"}]'
                or exists (select from jsonb_array_elements(_node -> 'embed') as e(embed)
                            where e.embed -> 'link' ->> 'kind' = 'computed')
              then array['*']
              else array(
                select f.field ->> 'name' from jsonb_array_elements(_node -> 'select') as f(field)
                union
                select c.name from jsonb_array_elements(_node -> 'embed') as e(embed)
                 cross join lateral jsonb_array_elements_text(e.embed -> 'link' -> 'cols') as c(name)
                union
                select k.name from unnest(_key) as k(name)
                order by 1) end
$$;
comment on function rest._returning(jsonb, text[]) is
  'Columns that must come back from a write or a function.';

create or replace function rest._returning_list(_q text, _cols text[])
  returns text
  language sql immutable
as $$
  select coalesce(string_agg(_q || '.' || case c.name when '*' then '*' else quote_ident(c.name) end,
                             ', ' order by c.at), '1')
    from unnest(_cols) with ordinality as c(name, at)
$$;
comment on function rest._returning_list(text, text[]) is 'The text of a returning clause; 1 for none.';

-- A column's default as an expression, as Prefer: missing=default fills it in.
create or replace function rest._default(_rel oid, _num smallint)
  returns text
  language sql stable
as $$
  select case when t.typbasetype <> 0 and d.adbin is null then pg_catalog.pg_get_expr(t.typdefaultbin, 0)
              when a.attidentity = 'd' then (
                select pg_catalog.format('nextval(%L)', s.objid::regclass)
                  from pg_catalog.pg_depend s
                 where s.refclassid = 'pg_catalog.pg_class'::regclass and s.refobjid = _rel
                   and s.refobjsubid = _num and s.deptype = 'i'
                 limit 1)
              when a.attgenerated = 's' then null
              else pg_catalog.pg_get_expr(d.adbin, d.adrelid) end
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = _rel and a.attnum = _num
$$;
comment on function rest._default(oid, smallint) is 'The default expression of a column; null for none.';

create or replace function rest._body_columns(_rel oid, _title text, _columns jsonb)
  returns table (name text, type text, parser text, value text, at bigint)
  language plpgsql stable
as $$
declare
  v_unknown text;
begin
  select c.name into v_unknown
    from jsonb_array_elements_text(_columns) with ordinality as c(name, at)
   where rest._column_type(_rel, c.name) is null
   order by c.at limit 1;
  if v_unknown is not null then
    perform rest._fail(
      400, 'PGRST204',
      format('Could not find the ''%s'' column of ''%s'' in the schema cache', v_unknown, _title));
  end if;
  return query
    select c.name,
           case when r.parser is null then pg_catalog.format_type(a.atttypid, a.atttypmod) else 'json' end,
           r.parser, rest._default(_rel, a.attnum), c.at
      from jsonb_array_elements_text(_columns) with ordinality as c(name, at)
      join pg_catalog.pg_attribute a on a.attrelid = _rel and a.attname = c.name and a.attnum > 0
     cross join lateral (select rest._representation('json'::regtype, a.atttypid) as parser) r;
end
$$;
comment on function rest._body_columns(oid, text, jsonb) is
  'The columns that a body writes; refuses those that are not there.';

-- from (…) h_body: the body's rows, as typed columns.
create or replace function rest._body(_rel oid, _title text, _shape jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_object   constant boolean := (_shape -> 'body' ->> 'object')::boolean;
  v_defaults constant boolean := _shape ? 'defaults';
  v_param    constant text := '$' || (_shape -> 'body' ->> 'lit')::int;
  v_typed    text;
  v_parsed   text;
  v_names    text;
  v_filled   text;
  v_doc      text := 'h_payload.doc';
  v_sql      text;
begin
  select string_agg(quote_ident(c.name) || ' ' || c.type, ', ' order by c.at),
         string_agg(case when c.parser is null then quote_ident(c.name)
                         else c.parser || '(' || quote_ident(c.name) || ') as ' || quote_ident(c.name) end,
                    ', ' order by c.at),
         string_agg('h_body.' || quote_ident(c.name), ', ' order by c.at),
         string_agg(quote_literal(c.name) || ', ' || c.value, ', ' order by c.at)
           filter (where c.value is not null)
    into v_typed, v_parsed, v_names, v_filled
    from rest._body_columns(_rel, _title, coalesce(_shape -> 'columns', '[]')) c;
  v_sql := 'from (select ' || v_param || case when v_defaults then '::jsonb' else '::json' end
    || ' as doc) h_payload, ';
  if v_defaults then
    v_sql := v_sql
      || case when v_object
              then 'lateral (select jsonb_build_object(' || coalesce(v_filled, '')
                   || ') || h_payload.doc as doc) h_filled, '
              else 'lateral (select jsonb_agg(jsonb_build_object(' || coalesce(v_filled, '')
                   || ') || elem.value) as doc'
                   || ' from jsonb_array_elements(h_payload.doc) elem) h_filled, ' end;
    v_doc := 'h_filled.doc';
  end if;
  v_sql := v_sql || 'lateral (select ' || coalesce(v_parsed, '') || ' from '
    || case when v_typed is null and v_object then '(values (1)) as h_one'
            when v_typed is null
            then case when v_defaults then 'jsonb' else 'json' end
                 || '_array_elements(' || v_doc || ') as h_item'
            else case when v_defaults then 'jsonb' else 'json' end
                 || case when v_object then '_to_record(' else '_to_recordset(' end
                 || v_doc || ') as h_typed(' || v_typed || ')' end
    || ') h_body';
  return jsonb_build_object('from', v_sql, 'names', coalesce(v_names, ''));
end
$$;
comment on function rest._body(oid, text, jsonb) is 'The from clause that turns the body into typed rows.';

-- Upserts count what they inserted: +1 where a row is offered, -1 where it was
-- merged. 201 or 200 hangs on it.
create or replace function rest._inserted(_step int)
  returns text
  language sql immutable
as $$
  select case _step
           when 1 then 'set_config(''pgrst.inserted'', (coalesce(nullif(current_setting(''pgrst.inserted'', true), '''')::int, 0) + 1)::text, true) <> ''0'''
           else 'set_config(''pgrst.inserted'', (coalesce(nullif(current_setting(''pgrst.inserted'', true), '''')::int, 0) - 1)::text, true) <> ''-1''' end
$$;
comment on function rest._inserted(int) is 'A condition that counts.';

create or replace function rest._insert(_rel oid, _node jsonb, _key text[], _returning text, _shape jsonb)
  returns text
  language plpgsql stable
as $$
declare
  v_title  constant text := _node ->> 'title';
  v_cols   constant text[] := array(select jsonb_array_elements_text(_shape -> 'columns'));
  v_list   constant text := (select string_agg(quote_ident(c.name), ', ' order by c.at)
                               from unnest(v_cols) with ordinality as c(name, at));
  v_put    constant boolean := _shape ->> 'op' = 'put';
  v_merge  constant boolean := v_put or _shape ->> 'resolution' is not distinct from 'merge';
  v_target constant text[] := case when not v_put and _shape ? 'conflict'
                                   then array(select jsonb_array_elements_text(_shape -> 'conflict'))
                                   else _key end;
  v_body   constant jsonb := rest._body(_rel, v_title, _shape);
  v_where  text[] := array[]::text[];
begin
  if v_merge then
    v_where := v_where || rest._inserted(1);
  end if;
  if v_put then
    v_where := v_where || array(select rest._logic('h_body', _rel, w.tree, '{}')
                                  from jsonb_array_elements(_shape -> 'where') as w(tree));
  end if;
  return 'insert into ' || rest._qualified(_rel) || coalesce('(' || v_list || ')', '')
    || ' select ' || (v_body ->> 'names') || ' ' || (v_body ->> 'from')
    || case when cardinality(v_where) > 0 then ' where ' || array_to_string(v_where, ' and ') else '' end
    || case when not (v_merge or _shape ? 'resolution') or cardinality(v_target) = 0 then ''
            else ' on conflict ('
              || (select string_agg(quote_ident(t.name), ', ' order by t.at)
                    from unnest(v_target) with ordinality as t(name, at))
              || ') '
              || case when not v_merge or v_list is null then 'do nothing'
                      else 'do update set '
                           || (select string_agg(quote_ident(c.name) || ' = excluded.' || quote_ident(c.name),
                                                 ', ' order by c.at)
                                 from unnest(v_cols) with ordinality as c(name, at))
                           || ' where ' || rest._inserted(-1) end end
    || ' returning ' || _returning;
end
$$;
comment on function rest._insert(oid, jsonb, text[], text, jsonb) is 'POST and PUT.';

create or replace function rest._update(_rel oid, _node jsonb, _returning text, _shape jsonb)
  returns text
  language plpgsql stable
as $$
declare
  v_table constant text := rest._qualified(_rel);
  v_body  jsonb;
  v_where constant text[] := array(
    select rest._logic(v_table, _rel, w.tree, '{}')
      from jsonb_array_elements(_shape -> 'where') with ordinality as w(tree, at) order by w.at);
begin
  -- No column, no update: an empty result that still has the columns' names.
  if coalesce(jsonb_array_length(_shape -> 'columns'), 0) = 0 then
    return 'select ' || _returning || ' from ' || v_table || ' where '
        || array_to_string('false'::text || v_where, ' and ');
  end if;
  v_body := rest._body(_rel, _node ->> 'title', _shape);
  return 'update ' || v_table || ' set '
    || (select string_agg(quote_ident(c.name) || ' = h_body.' || quote_ident(c.name), ', ' order by c.at)
          from jsonb_array_elements_text(_shape -> 'columns') with ordinality as c(name, at))
    || ' ' || (v_body ->> 'from')
    || case when cardinality(v_where) > 0 then ' where ' || array_to_string(v_where, ' and ') else '' end
    || ' returning ' || _returning;
end
$$;
comment on function rest._update(oid, jsonb, text, jsonb) is 'PATCH.';

create or replace function rest._delete(_rel oid, _returning text, _shape jsonb)
  returns text
  language plpgsql stable
as $$
declare
  v_table constant text := rest._qualified(_rel);
  v_where constant text[] := array(
    select rest._logic(v_table, _rel, w.tree, '{}')
      from jsonb_array_elements(_shape -> 'where') with ordinality as w(tree, at) order by w.at);
begin
  return 'delete from ' || v_table
    || case when cardinality(v_where) > 0 then ' where ' || array_to_string(v_where, ' and ') else '' end
    || ' returning ' || _returning;
end
$$;
comment on function rest._delete(oid, text, jsonb) is 'DELETE.';

-- PUT replaces the one row that its URL names: filters on all of the key and
-- nothing else, each an eq.
create or replace function rest._check_put(_key text[], _shape jsonb)
  returns void
  language plpgsql stable
as $$
declare
  v_names constant text[] := array(
    select distinct w.tree ->> 'name' from jsonb_array_elements(_shape -> 'where') as w(tree) order by 1);
begin
  if (cardinality(_key) > 0
      and v_names = array(select distinct k.name from unnest(_key) as k(name) order by 1)
      and not exists (select from jsonb_array_elements(_shape -> 'where') as w(tree)
                       where w.tree ->> 'op' is distinct from 'eq'
                         or w.tree ?| array['not', 'and', 'or', 'quant'])) is not true then
    perform rest._fail(405, 'PGRST105',
                       'Filters must include all and only primary key columns with ''eq'' operators');
  end if;
end
$$;
comment on function rest._check_put(text[], jsonb) is 'Refuses a PUT whose filters are not exactly the key.';

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
  v_handler := rest._negotiate(_shape -> 'accept', _shape ->> 'schema', _shape ->> 'name',
                               rest._default_select(_shape -> 'root'), _ctx);
  v_at := jsonb_build_object('from', 'h_source as ' || quote_ident(_shape ->> 'name'),
                             'q', quote_ident(_shape ->> 'name'), 'row', quote_ident(_shape ->> 'name'),
                             'type', rest._qualified(v_rel), 'conds', '[]'::jsonb);
  v_sql := rest._plan_prefix(v_handler) || 'with h_source as (' || v_sql
    || ') select null::bigint as total, ' || rest._page(_shape, 'pg_catalog.count(h_row)') || ' as page, '
    || case when v_op = 'insert' and _shape ->> 'rep' is not distinct from 'headers'
              and cardinality(v_key) > 0
            then 'case when pg_catalog.count(h_row) = 1 then ' || rest._location(v_key) || ' end'
            else 'null' end
    || ' as location, '
    || case when _shape ->> 'rep' is not distinct from 'full' then rest._body_of(v_handler, null)
            else '''''::text' end
    || ' as body, ' || rest._asked() || ', '
    || case when v_op = 'put' or v_op = 'insert' and _shape ->> 'resolution' is not distinct from 'merge'
            then 'nullif(current_setting(''pgrst.inserted'', true), '''')::int' else 'null::int' end
    || ' as inserted' || ' from ('
    || case when _shape ->> 'rep' is not distinct from 'full' then rest._render(v_node, v_at, false) ->> 'sql'
            else 'select * from h_source' end
    || ') h_row';
  return v_handler || jsonb_build_object('sql', v_sql, 'types', rest._types(v_sql, _shape, null),
                                         'read_only', false, 'columns', 7, 'keyed', cardinality(v_key) > 0);
end
$$;
comment on function rest._compile_write(jsonb, jsonb) is 'POST, PATCH, PUT and DELETE of a table.';
