-- Functions as the API sees them, and the choice among overloads.

create or replace function rest._functions(_schema text, _name text)
  returns setof jsonb
  language sql stable
as $$
  with args as (
    select p.oid, a.name, a.type, a.mode, a.at,
           row_number() over (partition by p.oid order by a.at) as pos
      from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace and n.nspname = _schema
     cross join lateral unnest(p.proargtypes::oid[], p.proargnames, p.proargmodes)
                        with ordinality as a(type, name, mode, at)
     where p.proname = _name and p.prokind = 'f' and a.type is not null),
  params as (
    select a.oid,
           jsonb_agg(jsonb_build_object(
                       'name', coalesce(a.name, ''), 'type', pg_catalog.format_type(a.type, null),
                       'oid', a.type::bigint,
                       'wide', case a.type
                                 when 'bit'::regtype then 'bit varying'
                                 when 'bit[]'::regtype then 'bit varying[]'
                                 when 'character'::regtype then 'character varying'
                                 when 'character[]'::regtype then 'character varying[]'
                                 else pg_catalog.format_type(a.type, null) end,
                       'required', a.at <= p.pronargs - p.pronargdefaults,
                       'variadic', coalesce(a.mode = 'v', false)) order by a.at) as list,
           count(*) filter (where coalesce(a.name, '') = '') as unnamed
      from args a join pg_catalog.pg_proc p on p.oid = a.oid
     group by a.oid)
  select jsonb_build_object(
           'oid', p.oid::bigint, 'name', p.proname, 'call', pg_catalog.format('%I.%I', n.nspname, p.proname),
           'params', coalesce(a.list, '[]'),
           'set', p.proretset, 'volatile', p.provolatile = 'v', 'void', p.prorettype = 'void'::regtype,
           'composite', t.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false),
           'returns', t.oid::bigint, 'declared', p.prorettype::bigint,
           'title', coalesce(r.relname, t.typname),
           'settings', coalesce(to_jsonb(p.proconfig), '[]'))
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_type t on t.oid = rest._base_type(p.prorettype)
    left join pg_catalog.pg_class r on r.oid = t.typrelid
    left join params a on a.oid = p.oid
   where n.nspname = _schema and p.proname = _name and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
     and (coalesce(a.unnamed, 0) = 0
          or a.unnamed = 1
             and (a.list -> 0 ->> 'oid')::oid in ('bytea'::regtype, 'json'::regtype, 'jsonb'::regtype,
                                                  'text'::regtype, 'xml'::regtype))
   order by jsonb_array_length(coalesce(a.list, '[]')), jsonb_path_query_array(a.list, '$[*].name')::text,
            jsonb_path_query_array(a.list, '$[*].type')::text collate "C"
$$;
comment on function rest._functions(text, text) is 'The overloads of a function.';

create or replace function rest._takes_named(_function jsonb, _keys text[], _raw boolean)
  returns boolean
  language sql immutable
as $$
  select case when count(p.name) = 0 then cardinality(_keys) = 0 and not _raw
              else coalesce(array_agg(p.name) filter (where p.required), '{}') <@ _keys
                   and _keys <@ array_agg(p.name) end
    from jsonb_to_recordset(_function -> 'params') as p(name text, required boolean)
$$;
comment on function rest._takes_named(jsonb, text[], boolean) is
  'Whether a function can be called with these named arguments.';

-- A single unnamed parameter takes the whole body of a POST, by content type.
create or replace function rest._takes_body(_function jsonb, _shape jsonb)
  returns boolean
  language sql immutable
as $$
  select jsonb_array_length(_function -> 'params') = 1
     and _function -> 'params' -> 0 ->> 'name' = '' and not _shape ? 'get'
     and case _shape ->> 'content' when 'json' then _function -> 'params' -> 0 ->> 'type' in ('json', 'jsonb')
           when 'text' then _function -> 'params' -> 0 ->> 'type' = 'text'
           when 'xml' then _function -> 'params' -> 0 ->> 'type' = 'xml'
           when 'octet' then _function -> 'params' -> 0 ->> 'type' = 'bytea' else false end
$$;
comment on function rest._takes_body(jsonb, jsonb) is
  'Whether a function takes the body as its only, unnamed argument.';

create or replace function rest._fail_no_function(
  _schema text, _name text, _keys text[], _shape jsonb, _overloads jsonb)
  returns void
  language plpgsql volatile
as $$
declare
  v_full    constant text := _schema || '.' || _name;
  v_list    constant text := (select string_agg(k.name, ', ' order by k.name collate "C")
                                from unnest(_keys) as k(name));
  v_content constant text := case when _shape ? 'get' then '' else _shape ->> 'content' end;
  v_raw     constant boolean := v_content in ('text', 'xml', 'octet');
  v_with    constant text := case when v_list is null then ' without parameters'
    else ' with parameter' || case when cardinality(_keys) > 1 then 's ' else ' ' end || v_list end;
  v_suggest jsonb;
begin
  if not v_raw and jsonb_array_length(_overloads) > 0 then
    select jsonb_build_object('word', '(' || coalesce(v_list, '') || ')', 'min', 0.33,
                              'format', 'Perhaps you meant to call the function ' || v_full || '%s',
                              'among', jsonb_agg('('
                                || (select coalesce(string_agg(p.name, ', ' order by p.name collate "C"), '')
                                      from jsonb_to_recordset(f.f -> 'params') as p(name text))
                                || ')')) into v_suggest
      from jsonb_array_elements(_overloads) as f(f);
  elsif not v_raw then
    select jsonb_build_object('word', _name, 'min', 0.75,
                              'format', 'Perhaps you meant to call the function ' || _schema || '.%s',
                              'among', coalesce(jsonb_agg(distinct p.proname), '[]')) into v_suggest
      from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where n.nspname = _schema and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
       and p.proname <> _name;
  end if;
  perform rest._fail(
    404, 'PGRST202',
    'Could not find the function ' || v_full
      || case when v_raw then '' when v_list is null then ' without parameters' else '(' || v_list || ')' end
      || ' in the schema cache',
    to_jsonb('Searched for the function ' || v_full
             || case v_content
                  when 'text' then ' with a single unnamed text parameter'
                  when 'xml' then ' with a single unnamed xml parameter'
                  when 'octet' then ' with a single unnamed bytea parameter'
                  when 'json' then v_with || ' or with a single unnamed json/jsonb parameter'
                  else v_with end
             || ', but no matches were found in the schema cache.'),
    null, v_suggest);
end
$$;
comment on function rest._fail_no_function(text, text, text[], jsonb, jsonb) is
  'Refuses a call that no overload takes.';

create or replace function rest._function(_schema text, _name text, _shape jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_keys  constant text[] := array(select jsonb_array_elements_text(_shape -> 'args'));
  v_all   constant jsonb := coalesce((select jsonb_agg(f.f order by f.at)
                                        from rest._functions(_schema, _name) with ordinality as f(f, at)),
                                     '[]');
  v_found jsonb;
begin
  select jsonb_agg(f.f order by f.at) into v_found
    from jsonb_array_elements(v_all) with ordinality as f(f, at)
   where rest._takes_named(f.f, v_keys,
                           not _shape ? 'get' and _shape ->> 'content' in ('text', 'xml', 'octet'));
  if v_found is null then
    select jsonb_agg(f.f order by f.at) into v_found
      from jsonb_array_elements(v_all) with ordinality as f(f, at)
     where rest._takes_body(f.f, _shape);
  end if;
  if v_found is null then
    perform rest._fail_no_function(_schema, _name, v_keys, _shape, v_all);
  elsif jsonb_array_length(v_found) > 1 then
    perform rest._fail(
      300, 'PGRST203',
      'Could not choose the best candidate function between: '
      || (select string_agg(
                   _schema || '.' || _name || '('
                   || (select coalesce(string_agg((p.param ->> 'name') || ' => ' || (p.param ->> 'type'),
                                                  ', ' order by p.at), '')
                         from jsonb_array_elements(f.f -> 'params') with ordinality as p(param, at))
                   || ')', ', ' order by f.at)
            from jsonb_array_elements(v_found) with ordinality as f(f, at)),
      null,
      'Try renaming the parameters or the function itself in the database so function overloading can be resolved');
  end if;
  return v_found -> 0;
end
$$;
comment on function rest._function(text, text, jsonb) is 'The overload that a request calls, or a refusal.';

-- Columns that filters at the top need, besides those selected.
create or replace function rest._filtered_names(_node jsonb)
  returns setof text
  language sql immutable
as $$
  select n.name #>> '{}' from jsonb_path_query(coalesce(_node -> 'where', '[]'), 'lax $.**.name') as n(name)
  except
  select coalesce(e.embed ->> 'alias', e.embed ->> 'name')
    from jsonb_array_elements(_node -> 'embed') as e(embed)
$$;
comment on function rest._filtered_names(jsonb) is 'Names that the filters of a node mention.';

-- The call as the query behind h_source.
create or replace function rest._call(_function jsonb, _node jsonb, _shape jsonb)
  returns text
  language plpgsql stable
as $$
declare
  v_call   constant text := _function ->> 'call';
  v_scalar constant boolean := not (_function ->> 'composite')::boolean;
  v_keys   constant jsonb := coalesce(_shape -> 'args', '[]');
  v_body   constant text := case when _shape ? 'body' then '$' || (_shape -> 'body' ->> 'lit')::int end;
  v_prefix text := '';
  v_args   text;
  v_typed  text;
  v_cols   text[];
begin
  if jsonb_array_length(_function -> 'params') = 1 and _function -> 'params' -> 0 ->> 'name' = '' then
    v_args := coalesce(v_body, 'null') || '::' || (_function -> 'params' -> 0 ->> 'type');
  elsif _shape ? 'direct' then
    select string_agg(case when (p.param ->> 'variadic')::boolean
                           then 'variadic ' || quote_ident(p.param ->> 'name') || ' := $'
                                || (_shape -> 'direct' -> (p.param ->> 'name') ->> 'all')::int
                           else quote_ident(p.param ->> 'name') || ' := $'
                                || (_shape -> 'direct' -> (p.param ->> 'name') ->> 'lit')::int end
                      || '::' || (p.param ->> 'wide'), ', ' order by p.at) into v_args
      from jsonb_array_elements(_function -> 'params') with ordinality as p(param, at)
     where v_keys ? (p.param ->> 'name');
  else
    select string_agg(case when (p.param ->> 'variadic')::boolean then 'variadic ' else '' end
                      || quote_ident(p.param ->> 'name') || ' := h_body.' || quote_ident(p.param ->> 'name'),
                      ', ' order by p.at),
           string_agg(quote_ident(p.param ->> 'name') || ' ' || (p.param ->> 'wide'),
                      ', ' order by p.at) into v_args, v_typed
      from jsonb_array_elements(_function -> 'params') with ordinality as p(param, at)
     where v_keys ? (p.param ->> 'name');
    if v_args is not null then
      v_prefix := '(select ' || v_body || '::json as doc) h_payload, lateral (select * from '
        || case when (_shape -> 'body' ->> 'object')::boolean then 'json_to_record'
                else 'json_to_recordset' end
        || '(h_payload.doc) as h_typed(' || v_typed || ') limit 1) h_body, lateral ';
    end if;
  end if;
  if v_scalar then
    return 'select h_call.pgrst_scalar from ' || v_prefix || '(select ' || v_call
      || '(' || coalesce(v_args, '') || ') as pgrst_scalar) h_call';
  end if;
  v_cols := rest._returning(_node, '{}');
  if v_cols <> array['*'] and cardinality(v_cols) > 0 then
    v_cols := array(select c.name from unnest(v_cols) as c(name)
                    union
                    select rest._filtered_names(_node) order by 1);
  end if;
  return 'select '
    || case when cardinality(v_cols) = 0 then '*' else rest._returning_list('h_call', v_cols) end
    || ' from ' || v_prefix || v_call || '(' || coalesce(v_args, '') || ') h_call';
end
$$;
comment on function rest._call(jsonb, jsonb, jsonb) is 'A call of a function as a query.';

create or replace function rest._compile_call(_shape jsonb, _ctx jsonb)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_function constant jsonb := rest._function(_shape ->> 'schema', _shape ->> 'name', _shape);
  v_title    constant text := case when (v_function ->> 'composite')::boolean then v_function ->> 'title'
                                   else _shape ->> 'name' end;
  v_rel      constant oid := rest._relation(_shape ->> 'schema', v_title);
  v_node     constant jsonb := rest._resolve(_shape -> 'root', v_rel, v_title, 0, _ctx);
  v_at       constant jsonb := jsonb_build_object(
    'from', 'h_source as ' || quote_ident(v_title), 'q', quote_ident(v_title), 'row', quote_ident(v_title),
    'type', coalesce(rest._qualified(v_rel), quote_ident(v_title)), 'conds', '[]'::jsonb);
  v_page     constant text := case when (v_function ->> 'set')::boolean then 'pg_catalog.count(h_row)'
                                   else '1::bigint' end;
  v_handler  jsonb;
  v_totals   jsonb;
  v_sql      text;
begin
  v_handler := rest._negotiate(_shape -> 'accept', _shape ->> 'schema', v_title,
                               rest._default_select(_shape -> 'root'), _ctx);
  perform rest._check_preferences(_shape);
  if _shape ? 'max_affected' and not (v_function ->> 'set')::boolean then
    perform rest._fail(
      400, 'PGRST128',
      'Function must return SETOF or TABLE when max-affected preference is used with handling=strict');
  end if;
  v_totals := rest._totals(v_node, v_at, _shape, v_page, _ctx);
  v_sql := rest._plan_prefix(v_handler) || 'with h_source as ('
    || rest._call(v_function, v_node, _shape) || ')' || (v_totals ->> 'cte')
    || ' select ' || (v_totals ->> 'total') || ' as total, ' || rest._page(_shape, v_page) || ' as page, '
    || case when _shape ? 'head' then '''''::text' else rest._body_of(v_handler, v_function) end
    || ' as body, ' || rest._asked()
    || ' from (' || (rest._render(v_node, v_at, false) ->> 'sql') || ') h_row';
  return v_handler || jsonb_build_object(
    'sql', v_sql, 'void', v_function -> 'void',
    'types', rest._types(v_sql, _shape,
                         case when _shape ->> 'content' is not distinct from 'octet'
                              then (_shape -> 'body' ->> 'lit')::int end),
    'columns', 5, 'read_only', _shape ? 'get' or not (v_function ->> 'volatile')::boolean,
    'settings', (select jsonb_object_agg(split_part(s.setting, '=', 1),
                                         substr(s.setting, strpos(s.setting, '=') + 1))
                   from jsonb_array_elements_text(v_function -> 'settings') as s(setting)
                  where split_part(s.setting, '=', 1) = any (array(
                          select jsonb_array_elements_text(_ctx -> 'hoisted')))));
end
$$;
comment on function rest._compile_call(jsonb, jsonb) is 'GET, HEAD and POST of a function.';
