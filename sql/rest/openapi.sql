-- The schema as a Swagger 2.0 document, as PostgREST writes it: a definition and
-- a path for each table, a path for each function. Called as the login role, with
-- the role that the request had: follow-privileges shows only what that may touch.

create or replace function rest._swagger_type(_type text)
  returns text
  language sql immutable
as $$
  select case
    when _type in ('boolean') then 'boolean'
    when _type in ('smallint', 'integer', 'bigint') then 'integer'
    when _type in ('numeric', 'real', 'double precision') then 'number'
    when _type in ('json', 'jsonb') then null
    when _type like '%[]' then 'array'
    else 'string' end
$$;
comment on function rest._swagger_type(text) is 'The JSON type of a PostgreSQL type; null for any.';

create or replace function rest._swagger_format(_type text)
  returns text
  language sql immutable
as $$
  select case _type
           when 'smallint' then 'int32' when 'integer' then 'int32' when 'bigint' then 'int64' else _type end
$$;
comment on function rest._swagger_format(text) is 'The format member of a type.';

create or replace function rest._swagger_items(_type text)
  returns jsonb
  language sql immutable
as $$
  select case when _type like '%[]'
              then jsonb_strip_nulls(jsonb_build_object('type', rest._swagger_type(left(_type, -2)))) end
$$;
comment on function rest._swagger_items(text) is 'The items member of an array type.';

-- A default that is a constant, as JSON; null for an expression.
create or replace function rest._swagger_default(_type text, _default text)
  returns jsonb
  language plpgsql immutable
as $$
begin
  if rest._swagger_type(_type) = 'string' then
    if right(_default, length(_type) + 2) = '::' || _type then
      return to_jsonb(btrim(left(_default, -length(_type) - 2), ''''));
    end if;
    return to_jsonb(_default);
  end if;
  return _default::jsonb;
exception when invalid_text_representation then
  return null;
end
$$;
comment on function rest._swagger_default(text, text) is 'A column default as JSON, where it is one.';

-- All at once for a schema: asked table by table, the same costs ten times as much.
create or replace function rest._swagger_origins(_schema text)
  returns table (rel oid, name name, kind "char", col name, num smallint, base oid, base_num smallint)
  language sql stable
as $$
  with recursive views as materialized (
    select c.oid, v.num, v.base, v.base_num
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       and n.nspname not in ('pg_catalog', 'information_schema')
     cross join lateral rest._view_columns(c.oid) v
     where c.relkind in ('v', 'm')),
  walk as (
    select c.oid as rel, c.relname as name, c.relkind as kind, a.attname as col, a.attnum as num,
           c.oid as base, a.attnum as base_num, array[c.oid] as path
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = _schema and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition
    union all
    select w.rel, w.name, w.kind, w.col, w.num, v.base, v.base_num, w.path || v.base
      from walk w
      join views v on v.oid = w.base and v.num = w.base_num and v.base <> all (w.path))
  select w.rel, w.name, w.kind, w.col, w.num, w.base, w.base_num from walk w
$$;
comment on function rest._swagger_origins(text) is 'rest._origins for every relation of a schema.';

create or replace function rest._swagger_columns(_schema text)
  returns table (rel oid, name text, description text, type text, nullable boolean, body jsonb, num smallint)
  language sql stable
as $$
  with origins as materialized (select o.* from rest._swagger_origins(_schema) o),
  keys as materialized (
    select distinct k.rel, k.num
      from (select o.rel, o.num, c.conkey, count(*) over (partition by o.rel, c.oid) as found
              from (select o.rel, o.base, o.base_num, min(o.num) as num from origins o group by 1, 2, 3) o
              join pg_catalog.pg_constraint c on c.conrelid = o.base
               and c.contype = 'p' and o.base_num = any (c.conkey)) k
     where k.found = cardinality(k.conkey)),
  foreign_keys as materialized (
    select distinct on (o.rel, o.num) o.rel, o.num, t.name as relname, t.col as ref
      from origins o
      join pg_catalog.pg_constraint c on c.contype = 'f' and c.conrelid = o.base
       and c.conkey = array[o.base_num]
      join origins t on t.base = c.confrelid and t.base_num = c.confkey[1]
     order by o.rel, o.num, t.kind in ('v', 'm'), t.name)
  select a.attrelid, a.attname::text, d.text, y.name, not (a.attnotnull or t.typtype = 'd' and t.typnotnull),
         jsonb_strip_nulls(jsonb_build_object(
           'type', rest._swagger_type(y.name), 'format', rest._swagger_format(y.name),
           'items', rest._swagger_items(y.name),
           'default', case when a.atthasdef or a.attidentity <> '' or t.typtype = 'd'
                           then rest._swagger_default(y.name, rest._default(a.attrelid, a.attnum)) end,
           'maxLength', case when b.oid in ('varchar'::regtype, 'bpchar'::regtype) and m.mod > 4
                             then m.mod - 4
                             when b.oid in ('bit'::regtype, 'varbit'::regtype) and m.mod > 0 then m.mod end,
           'enum', case when b.typtype = 'e'
                        then (select jsonb_agg(e.enumlabel order by e.enumsortorder)
                                from pg_catalog.pg_enum e
                               where e.enumtypid = b.oid) end,
           'description', case when k.num is null and f.relname is null then d.text
                               else coalesce(d.text || E'\n\n', '') || concat_ws(E'\n', 'Note:',
                                 case when k.num is not null then 'This is a Primary Key.<pk/>' end,
                                 'This is a Foreign Key to `' || f.relname || '.' || f.ref
                                 || '`.<fk table=''' || f.relname || ''' column=''' || f.ref || '''/>') end)),
         a.attnum
    from (select distinct o.rel, o.num from origins o) o
    join pg_catalog.pg_attribute a on a.attrelid = o.rel and a.attnum = o.num
    join pg_catalog.pg_type t on t.oid = a.atttypid
    join pg_catalog.pg_type b on b.oid = case when t.typtype = 'd' then rest._base_type(t.oid) else t.oid end
    left join keys k on k.rel = a.attrelid and k.num = a.attnum
    left join foreign_keys f on f.rel = a.attrelid and f.num = a.attnum
    left join pg_catalog.pg_description x on x.objoid = a.attrelid and x.objsubid = a.attnum
     and x.classoid = 'pg_catalog.pg_class'::regclass
   cross join lateral (select x.description as text) d
   cross join lateral (select case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as mod) m
   cross join lateral (select case when (case t.typtype when 'd' then b.typnamespace else t.typnamespace end)
                                          = 'pg_catalog'::regnamespace
                                   then pg_catalog.format_type(b.oid, null)
                                   else pg_catalog.format_type(a.atttypid, a.atttypmod) end as name) y
$$;
comment on function rest._swagger_columns(text) is
  'The columns of a schema''s relations as Swagger properties.';

create or replace function rest._swagger_summary(_comment text, _tag text)
  returns jsonb
  language sql immutable
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'tags', jsonb_build_array(_tag), 'summary', split_part(_comment, E'\n', 1),
    'description', nullif(ltrim(substr(_comment, strpos(_comment || E'\n', E'\n')), E'\n'), '')))
$$;
comment on function rest._swagger_summary(text, text) is
  'First line of a comment as summary, the rest as description.';

create or replace function rest._swagger_refs(variadic _names text[])
  returns jsonb
  language sql immutable
as $$
  select coalesce(jsonb_agg(jsonb_build_object('$ref', '#/parameters/' || n.name) order by n.at), '[]')
    from unnest(_names) with ordinality as n(name, at)
$$;
comment on function rest._swagger_refs(text[]) is 'References to shared parameters.';

-- What can be done with one table or view.
create or replace function rest._swagger_path(
  _rel oid, _name text, _kind "char", _comment text, _filters text[])
  returns jsonb
  language plpgsql stable
as $$
declare
  v_op   constant jsonb := rest._swagger_summary(_comment, _name);
  v_path jsonb;
begin
  v_path := jsonb_build_object('get', v_op || jsonb_build_object(
    'parameters', rest._swagger_refs(variadic _filters || array[
      'select', 'order', 'range', 'rangeUnit', 'offset', 'limit', 'preferCount']),
    'responses', jsonb_build_object(
      '206', '{"description": "Partial Content"}'::jsonb,
      '200', jsonb_build_object(
        'description', 'OK',
        'schema', jsonb_build_object(
          'type', 'array', 'items', jsonb_build_object('$ref', '#/definitions/' || _name))))));
  if _kind in ('r', 'p')
     or _kind in ('v', 'f') and pg_catalog.pg_relation_is_updatable(_rel, true) & 28 <> 0 then
    v_path := v_path || jsonb_build_object(
      'post', v_op || jsonb_build_object(
        'parameters', rest._swagger_refs('body.' || _name, 'select', 'preferPost'),
        'responses', '{"201": {"description": "Created"}}'::jsonb),
      'patch', v_op || jsonb_build_object(
        'parameters', rest._swagger_refs(variadic _filters || array['body.' || _name, 'preferReturn']),
        'responses', '{"204": {"description": "No Content"}}'::jsonb),
      'delete', v_op || jsonb_build_object(
        'parameters', rest._swagger_refs(variadic _filters || array['preferReturn']),
        'responses', '{"204": {"description": "No Content"}}'::jsonb));
  end if;
  return v_path;
end
$$;
comment on function rest._swagger_path(oid, text, "char", text, text[]) is
  'The operations of one table or view.';

create or replace function rest._swagger_tables(_schema text, _role text)
  returns table (name text, path jsonb, definition jsonb, parameters jsonb)
  language sql stable
as $$
  with columns as materialized (
    select c.rel, jsonb_object_agg(c.name, c.body) as properties, array_agg(c.name order by c.num) as names,
           jsonb_agg(c.name order by c.num) filter (where not c.nullable) as required,
           jsonb_object_agg(c.name, jsonb_strip_nulls(jsonb_build_object(
             'name', c.name, 'description', c.description, 'required', false,
             'in', 'query', 'type', 'string'))) as filters
      from rest._swagger_columns(_schema) c
     group by c.rel)
  select r.relname::text,
         rest._swagger_path(r.oid, r.relname, r.relkind, d.text, array(
           select 'rowFilter.' || r.relname || '.' || n.name from unnest(c.names) as n(name))),
         jsonb_strip_nulls(jsonb_build_object('description', d.text, 'type', 'object',
                                              'required', c.required))
         || jsonb_build_object('properties', coalesce(c.properties, '{}')),
         coalesce((select jsonb_object_agg('rowFilter.' || r.relname || '.' || f.key, f.value)
                     from jsonb_each(c.filters) f), '{}')
         || jsonb_build_object('body.' || r.relname, jsonb_build_object(
              'name', r.relname, 'description', r.relname, 'required', false,
              'in', 'body', 'schema', jsonb_build_object('$ref', '#/definitions/' || r.relname)))
    from pg_catalog.pg_class r
    join pg_catalog.pg_namespace n on n.oid = r.relnamespace
    left join columns c on c.rel = r.oid
   cross join lateral (select pg_catalog.obj_description(r.oid, 'pg_class') as text) d
   where n.nspname = _schema and r.relkind in ('r', 'v', 'm', 'f', 'p')
     and not r.relispartition and rest._swagger_visible(_role, r.oid)
$$;
comment on function rest._swagger_tables(text, text) is
  'The tables and views of a schema that a role may touch.';

create or replace function rest._swagger_function(_function jsonb, _comment text, _schema text)
  returns jsonb
  language sql stable
as $$
  with params as (
    select p.at, p.param ->> 'name' as name,
           case when starts_with(p.param ->> 'type', quote_ident(_schema) || '.')
                then substr(p.param ->> 'type', length(quote_ident(_schema)) + 2)
                else p.param ->> 'type' end as type,
           (p.param ->> 'required')::boolean as required, (p.param ->> 'variadic')::boolean as variadic
      from jsonb_array_elements(_function -> 'params') with ordinality as p(param, at)),
  op as (
    select rest._swagger_summary(_comment, '(rpc) ' || (_function ->> 'name'))
        || '{"responses": {"200": {"description": "OK"}},
             "produces": ["application/json", "application/vnd.pgrst.object+json;nulls=stripped",
                          "application/vnd.pgrst.object+json"]}' as body),
  post as (
    select o.body || jsonb_build_object(
          'parameters', jsonb_build_array(jsonb_build_object(
            'name', 'args', 'required', true, 'in', 'body',
            'schema', jsonb_strip_nulls(jsonb_build_object(
              'description', _comment, 'type', 'object',
              'required', (select jsonb_agg(p.name order by p.at) from params p where p.required),
              'properties', coalesce((
                select jsonb_object_agg(p.name, jsonb_strip_nulls(jsonb_build_object(
                         'type', rest._swagger_type(p.type), 'format', rest._swagger_format(p.type),
                         'items', rest._swagger_items(p.type))))
                  from params p), '{}')))),
            '{"$ref": "#/parameters/preferParams"}'::jsonb)) as body
      from op o),
  get as (
    select o.body || jsonb_build_object('parameters', coalesce((
          select jsonb_agg(
                   jsonb_strip_nulls(
                     jsonb_build_object('name', p.name, 'required', p.required, 'in', 'query')
                     || case when p.variadic
                             then jsonb_build_object(
                               'type', coalesce(rest._swagger_type(p.type), 'string'),
                               'collectionFormat', 'multi',
                               'items', jsonb_build_object(
                                 'type', rest._swagger_type(left(p.type, -2)),
                                 'format', rest._swagger_format(left(p.type, -2))))
                             else jsonb_build_object(
                               'type', case when rest._swagger_type(p.type) is null
                                              or rest._swagger_type(p.type) = 'array' then 'string'
                                            else rest._swagger_type(p.type) end,
                               'format', rest._swagger_format(p.type)) end)
                   order by p.at)
            from params p), '[]')) as body
      from op o)
  select case when (_function ->> 'volatile')::boolean then jsonb_build_object('post', p.body)
              else jsonb_build_object('get', g.body, 'post', p.body) end
    from post p cross join get g
$$;
comment on function rest._swagger_function(jsonb, text, text) is 'The path of a function.';

create or replace function rest._swagger_shared()
  returns jsonb
  language sql immutable
as $$
  select jsonb_object_agg(s.key, jsonb_strip_nulls(jsonb_build_object(
           'name', s.name, 'description', s.description, 'required', false,
           'in', s.place, 'type', 'string', 'enum', s.enum, 'default', s.def)))
    from (values ('preferParams', 'Prefer', 'Preference', 'header', null::jsonb, null),
                 ('preferReturn', 'Prefer', 'Preference', 'header',
                  '["return=representation", "return=minimal", "return=none"]', null),
                 ('preferCount', 'Prefer', 'Preference', 'header', '["count=none"]', null),
                 ('preferPost', 'Prefer', 'Preference', 'header',
                  '["return=representation", "return=minimal", "return=none",
                    "resolution=ignore-duplicates", "resolution=merge-duplicates"]', null),
                 ('select', 'select', 'Filtering Columns', 'query', null, null),
                 ('on_conflict', 'on_conflict', 'On Conflict', 'query', null, null),
                 ('order', 'order', 'Ordering', 'query', null, null),
                 ('range', 'Range', 'Limiting and Pagination', 'header', null, null),
                 ('rangeUnit', 'Range-Unit', 'Limiting and Pagination', 'header', null, 'items'),
                 ('offset', 'offset', 'Limiting and Pagination', 'query', null, null),
                 ('limit', 'limit', 'Limiting and Pagination', 'query', null, null))
         as s(key, name, description, place, enum, def)
$$;
comment on function rest._swagger_shared() is 'Parameters that all paths share.';

create or replace function rest._swagger_visible(_role text, _rel oid)
  returns boolean
  language sql stable
as $$
  select _role is null or pg_catalog.pg_has_role(_role, c.relowner, 'usage')
      or pg_catalog.has_table_privilege(_role, _rel,
                                        'select, insert, update, delete, truncate, references, trigger')
      or pg_catalog.has_any_column_privilege(_role, _rel, 'select, insert, update, references')
    from pg_catalog.pg_class c where c.oid = _rel
$$;
comment on function rest._swagger_visible(text, oid) is
  'Whether a role may touch a relation at all; true without a role.';

create or replace function rest.openapi(_schema text, _settings jsonb)
  returns jsonb
  language sql stable
  security definer set search_path = ''
as $$
  with caller as (
    select case when _settings ->> 'mode' = 'ignore-privileges' then null
                else _settings ->> 'role' end as role),
  tables as materialized (
    select t.* from caller cross join lateral rest._swagger_tables(_schema, caller.role) t),
  functions as materialized (
    select f.f, pg_catalog.obj_description((f.f ->> 'oid')::oid, 'pg_proc') as comment
      from caller,
           (select distinct p.proname
              from pg_catalog.pg_proc p
              join pg_catalog.pg_namespace n on n.oid = p.pronamespace
             where n.nspname = _schema and p.prokind = 'f'
               and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)) p
     cross join lateral rest._functions(_schema, p.proname) as f(f)
     where caller.role is null
       or pg_catalog.has_function_privilege(caller.role, (f.f ->> 'oid')::oid, 'execute')),
  about as (
    select pg_catalog.obj_description(n.oid, 'pg_namespace') as comment
      from pg_catalog.pg_namespace n
     where n.nspname = _schema)
  select jsonb_build_object(
    'swagger', '2.0', 'host', _settings ->> 'host', 'basePath', _settings ->> 'base',
    'schemes', jsonb_build_array(_settings ->> 'scheme'),
    'info', jsonb_build_object('version', _settings ->> 'version',
                               'title', coalesce(split_part(a.comment, E'\n', 1), 'Howdah REST API'),
                               'description', coalesce(
                                 ltrim(substr(a.comment, strpos(a.comment || E'\n', E'\n')), E'\n'),
                                 'The tables, views and functions of this database.')),
    'externalDocs', '{"description": "PostgREST Documentation",
                      "url": "https://postgrest.org/en/stable/references/api.html"}'::jsonb,
    'produces', m.list, 'consumes', m.list,
    'definitions', coalesce((select jsonb_object_agg(t.name, t.definition) from tables t), '{}'),
    'parameters', rest._swagger_shared() || coalesce(
      (select jsonb_object_agg(p.key, p.value) from tables t cross join lateral jsonb_each(t.parameters) p),
      '{}'),
    'paths', '{"/": {"get": {"tags": ["Introspection"], "summary": "OpenAPI description (this document)",
                             "produces": ["application/openapi+json", "application/json"],
                             "responses": {"200": {"description": "OK"}}}}}'::jsonb
             || coalesce((select jsonb_object_agg('/' || t.name, t.path) from tables t), '{}')
             || coalesce((select jsonb_object_agg('/rpc/' || (f.f ->> 'name'),
                                                  rest._swagger_function(f.f, f.comment, _schema))
                            from functions f), '{}'))
    || case when (_settings ->> 'security')::boolean
            then '{"security": [{"JWT": []}],
                   "securityDefinitions": {
                     "JWT": {
                       "type": "apiKey", "in": "header", "name": "Authorization",
                       "description": "Add the token prepending \"Bearer \" (without quotes) to it"}}}'::jsonb
            else '{}' end
    from about a
   cross join (
     select '["application/json", "application/vnd.pgrst.object+json;nulls=stripped",
              "application/vnd.pgrst.object+json", "text/csv"]'::jsonb as list) m
$$;
comment on function rest.openapi(text, jsonb) is
  'An exposed schema as an OpenAPI document, as the role in _settings sees it.';
revoke execute on function rest.openapi(text, jsonb) from public;
grant execute on function rest.openapi(text, jsonb) to authenticator;
