-- What a node selects: its fields, their names on the wire, aggregates and casts.

-- The name that a selected field has on the wire when none was given.
create or replace function rest._field_alias(_field jsonb, _spread boolean)
  returns text
  language sql immutable
as $$
  select case
    when _field ? 'alias' then _field ->> 'alias'
    when _field ? 'agg' then case when _spread then _field ->> 'agg' end
    when _field ? 'path' then coalesce(
      (select s.step ->> 1 from jsonb_array_elements(_field -> 'path') with ordinality as s(step, at)
        where jsonb_typeof(s.step -> 1) = 'string' order by s.at desc limit 1), _field ->> 'name')
  end
$$;
comment on function rest._field_alias(jsonb, boolean) is
  'The wire name of a field with a path or an aggregate.';

create or replace function rest._aggregate(_sql text, _agg text, _cast text)
  returns text
  language plpgsql immutable
as $$
begin
  if _agg is not null then
    _sql := case _agg
              when 'sum' then 'sum(' when 'avg' then 'avg(' when 'max' then 'max(' when 'min' then 'min('
              when 'count' then 'count(' end
         || _sql || ')';
  end if;
  return rest._cast(_sql, _cast);
end
$$;
comment on function rest._aggregate(text, text, text) is 'An aggregate over an expression, and its cast.';

-- The grammar leaves a type's name letters, digits, _, $ and blanks: words that
-- cannot be quoted, for "double precision" and "int" are no identifiers.
create or replace function rest._cast(_sql text, _type text)
  returns text
  language plpgsql immutable
as $$
begin
  if _type is null then
    return _sql;
  elsif _type !~ '^[[:alnum:]_ $]+$' then
    perform rest._fail(400, 'PGRST100', format('"%s" is no type', _type));
  end if;
  return 'cast(' || _sql || ' as ' || _type || ')';
end
$$;
comment on function rest._cast(text, text) is 'An expression cast to a type named in the select.';

-- select=* becomes the columns by name where one of them has a representation,
-- where something is aggregated, or where it spreads into arrays.
create or replace function rest._fields(_node jsonb, _grouped boolean)
  returns jsonb
  language plpgsql stable
as $$
declare
  v_rel    constant oid := (_node ->> 'rel')::oid;
  v_fields jsonb := coalesce(_node -> 'select', '[]');
begin
  if jsonb_array_length(v_fields) = 0 and not _node ? 'embed' then
    v_fields := '[{"name": "*"}]';
  end if;
  if v_fields @> '[{"name": "*"}]'
     and (_grouped
          or exists (select from pg_catalog.pg_attribute a
                       join pg_catalog.pg_type t on t.oid = a.atttypid and t.typtype = 'd'
                      where a.attrelid = v_rel and a.attnum > 0
                        and rest._representation(t.oid, 'json'::regtype) is not null)) then
    select jsonb_agg(x.field order by f.at, x.at) into v_fields
      from jsonb_array_elements(v_fields) with ordinality as f(field, at)
     cross join lateral (
           select f.field, 0 as at where f.field ->> 'name' <> '*' or f.field ? 'agg'
           union all
           select f.field || jsonb_build_object('name', a.attname), a.attnum
             from pg_catalog.pg_attribute a
            where f.field ->> 'name' = '*' and not f.field ? 'agg'
              and a.attrelid = v_rel and a.attnum > 0 and not a.attisdropped) x;
  end if;
  return coalesce(v_fields, '[]');
end
$$;
comment on function rest._fields(jsonb, boolean) is
  'The fields of a node, with * written out where it must be.';

create or replace function rest._is_empty_embed(_node jsonb)
  returns boolean
  language sql immutable
as $$
  select coalesce(jsonb_array_length(_node -> 'select'), 0) = 0
     and not exists (select from jsonb_array_elements(_node -> 'embed') as e(embed)
                      where not rest._is_empty_embed(e.embed))
$$;
comment on function rest._is_empty_embed(jsonb) is 'Whether an embed selects nothing: rel() only filters.';

create or replace function rest._column_list(_cols jsonb, _q text)
  returns text[]
  language plpgsql immutable
as $$
begin
  return (
    select array_agg(_q || '.' || quote_ident(c.name) order by c.at)
      from jsonb_array_elements_text(_cols) with ordinality as c(name, at));
end
$$;
comment on function rest._column_list(jsonb, text) is 'Qualified columns.';
