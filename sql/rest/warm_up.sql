-- The first request that a connection compiles has the compiler's functions
-- read and planned: ten times the cost of the next. A connection that is going
-- to compile calls this before, which compiles a little of what is exposed.
create or replace function rest.warm_up(_settings jsonb)
  returns int
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_schemas  constant text[] := array(select jsonb_array_elements_text(_settings -> 'schemas'));
  v_compiled int := 0;
  v_shape    jsonb;
begin
  for v_shape in
    with example as (
      select s.nspname as schema, c.relname as name, a.attname as key, p.relname as parent
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace s on s.oid = c.relnamespace and s.nspname = any (v_schemas)
        left join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype = 'f'
        left join pg_catalog.pg_class p on p.oid = k.confrelid and p.relnamespace = c.relnamespace
        join pg_catalog.pg_attribute a on a.attrelid = c.oid
         and a.attnum = coalesce(k.conkey[1], 1) and not a.attisdropped
       where c.relkind = 'r'
       order by p.oid is null
       limit 1
    )
    select jsonb_build_object(
      'op', 'read', 'schema', e.schema, 'name', e.name, 'lits', 3, 'accept', '["*/*"]'::jsonb,
      'limited', true,
      'root', jsonb_strip_nulls(jsonb_build_object(
        'select', jsonb_build_array(jsonb_build_object('name', e.key)),
        'embed', case when e.parent is not null then jsonb_build_array(jsonb_build_object(
                        'name', e.parent, 'select', '[{"name": "*"}]'::jsonb)) end,
        'where', jsonb_build_array(jsonb_build_object('name', e.key, 'op', 'eq', 'lit', 1)),
        'order', jsonb_build_array(jsonb_build_object('name', e.key)), 'limit', 2, 'offset', 3)))
      from example e
    union all
    select jsonb_build_object('op', 'insert', 'schema', e.schema, 'name', e.name, 'lits', 1,
                              'accept', '["*/*"]'::jsonb, 'rep', 'full', 'columns', jsonb_build_array(e.key),
                              'body', '{"lit": 1, "object": true}'::jsonb,
                              'root', '{"select": [{"name": "*"}]}'::jsonb)
      from example e
  loop
    v_compiled := v_compiled + (not rest.compile(_shape => v_shape, _settings => _settings) ? 'error')::int;
  end loop;
  return v_compiled;
end
$$;
comment on function rest.warm_up(jsonb) is
  'Compiles what a connection is likely to be asked for, of the exposed schemas: the number of '
  'statements, 0 where there is no table.';
revoke execute on function rest.warm_up(jsonb) from public;
grant execute on function rest.warm_up(jsonb) to authenticator;
