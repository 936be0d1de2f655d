-- Fields, filters, logic and order, rendered to SQL text. Names go through %I,
-- operators come from a case of literals, values are only ever $n.

create or replace function rest._path(_path jsonb)
  returns text
  language plpgsql immutable
as $$
declare
  v_step jsonb;
  v_sql  text := '';
begin
  for v_step in select s.step from jsonb_array_elements(_path) as s(step) loop
    v_sql := v_sql || case v_step ->> 0 when '->' then '->' when '->>' then '->>' end
                   || case jsonb_typeof(v_step -> 1) when 'number' then '(' || (v_step ->> 1)::int || ')'
                                                     else quote_literal(v_step ->> 1) end;
  end loop;
  return v_sql;
end
$$;
comment on function rest._path(jsonb) is 'The arrows of a JSON path.';

create or replace function rest._field(_q text, _rel oid, _field jsonb)
  returns text
  language plpgsql stable
as $$
declare
  v_name constant text := _field ->> 'name';
  v_sql  text;
begin
  if v_name = '*' then
    return _q || '.*';
  end if;
  v_sql := _q || '.' || quote_ident(v_name);
  if not _field ? 'path' then
    return v_sql;
  end if;
  -- json columns stay as they are, so that indexes on the very expression apply.
  if (rest._column_type(_rel, v_name) in ('json'::regtype, 'jsonb'::regtype)) is not true then
    v_sql := 'to_jsonb(' || v_sql || ')';
  end if;
  return v_sql || rest._path(_field -> 'path');
end
$$;
comment on function rest._field(text, oid, jsonb) is 'A column, with its JSON path if it has one.';

create or replace function rest._operator(_op text)
  returns text
  language sql immutable
as $$
  select case _op
    when 'eq' then '=' when 'neq' then '<>'
    when 'gt' then '>' when 'gte' then '>=' when 'lt' then '<' when 'lte' then '<='
    when 'like' then 'like' when 'ilike' then 'ilike' when 'match' then '~' when 'imatch' then '~*'
    when 'cs' then '@>' when 'cd' then '<@' when 'ov' then '&&' when 'sl' then '<<' when 'sr' then '>>'
    when 'nxr' then '&<' when 'nxl' then '&>' when 'adj' then '-|-' when 'isdistinct' then 'is distinct from'
    when 'fts' then 'to_tsquery' when 'plfts' then 'plainto_tsquery'
    when 'phfts' then 'phraseto_tsquery' when 'wfts' then 'websearch_to_tsquery' end
$$;
comment on function rest._operator(text) is
  'The SQL operator, or the tsquery function, of a filter operator.';

create or replace function rest._filter(_q text, _rel oid, _leaf jsonb)
  returns text
  language plpgsql stable
as $$
declare
  v_op     constant text := _leaf ->> 'op';
  v_type   constant oid := rest._column_type(_rel, _leaf ->> 'name');
  v_field  text := rest._field(_q, _rel, _leaf);
  v_parser text;
  v_value  text := '$' || (_leaf ->> 'lit')::int;
  v_lang   constant text := coalesce(quote_literal(_leaf ->> 'lang') || ', ', '');
begin
  if v_op = 'is' then
    return v_field || case _leaf ->> 'is' when 'null' then ' is null' when 'not_null' then ' is not null'
      when 'true' then ' is true' when 'false' then ' is false' when 'unknown' then ' is unknown' end;
  end if;
  if v_op in ('fts', 'plfts', 'phfts', 'wfts') then
    if rest._base_type(v_type) <> 'tsvector'::regtype then    -- a computed column is taken for one
      v_field := 'to_tsvector(' || v_lang || v_field || ')';
    end if;
    return v_field || ' @@ ' || rest._operator(v_op) || '(' || v_lang || v_value || ')';
  end if;
  v_parser := case when v_op in ('isdistinct', 'like', 'ilike') then null
                   else rest._representation('text'::regtype, v_type) end;
  if v_op = 'in' then
    return v_field || ' = any (' || case when v_parser is null then v_value
      else '(select ' || v_parser || '(unnest(' || v_value || '::text[])))' end || ')';
  end if;
  if v_parser is not null then
    v_value := v_parser || '(' || v_value || ')';
  end if;
  return v_field || ' ' || rest._operator(v_op) || ' '
      || case _leaf ->> 'quant' when 'any' then 'any(' || v_value || ')'
                                when 'all' then 'all(' || v_value || ')' else v_value end;
end
$$;
comment on function rest._filter(text, oid, jsonb) is 'One filter as a condition.';

-- _embeds: the embeds at this level, by name, for null filters on them
-- (clients?select=*,projects()&projects=not.is.null).
create or replace function rest._logic(_q text, _rel oid, _tree jsonb, _embeds jsonb)
  returns text
  language plpgsql stable
as $$
declare
  v_parts text[];
  v_join  constant text := case when _tree ? 'and' then ' and ' else ' or ' end;
  v_sql   text;
begin
  if _tree ? 'and' or _tree ? 'or' then
    select array_agg(rest._logic(_q, _rel, t.branch, _embeds) order by t.at) into v_parts
      from jsonb_array_elements(coalesce(_tree -> 'and', _tree -> 'or')) with ordinality as t(branch, at);
    v_sql := '(' || array_to_string(v_parts, v_join) || ')';
  elsif _tree ->> 'is' = 'null' and not _tree ? 'path' and _embeds ? (_tree ->> 'name') then
    return coalesce(_embeds -> (_tree ->> 'name') ->> case when _tree ? 'not' then 'there' else 'gone' end,
                    'true');
  else
    v_sql := rest._filter(_q, _rel, _tree);
  end if;
  return case when _tree ? 'not' then 'not ' || v_sql else v_sql end;
end
$$;
comment on function rest._logic(text, oid, jsonb, jsonb) is 'A tree of and, or and filters as a condition.';

create or replace function rest._order(_q text, _rel oid, _order jsonb, _embeds jsonb)
  returns text
  language plpgsql stable
as $$
declare
  v_term  jsonb;
  v_parts text[] := array[]::text[];
  v_embed jsonb;
begin
  for v_term in select t.term from jsonb_array_elements(_order) as t(term) loop
    v_embed := null;
    if v_term ? 'rel' then
      v_embed := _embeds -> (v_term ->> 'rel');
    end if;
    v_parts := v_parts || (
      case when v_term ? 'rel' then rest._field(v_embed ->> 'alias', null, v_term)
           else rest._field(_q, _rel, v_term) end
      || case v_term ->> 'dir' when 'asc' then ' asc' when 'desc' then ' desc' else '' end
      || case v_term ->> 'nulls' when 'first' then ' nulls first' when 'last' then ' nulls last' else '' end);
  end loop;
  return array_to_string(v_parts, ', ');
end
$$;
comment on function rest._order(text, oid, jsonb, jsonb) is 'The terms of an order by.';
