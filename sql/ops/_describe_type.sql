-- A type as generators want it: {kind, schema, name}, for an array
-- {kind: array, of}, for a domain with its base.
create or replace function ops._describe_type(_type oid)
  returns jsonb
  language plpgsql stable
  set search_path = ''
as $$
declare
  v_type pg_catalog.pg_type;
begin
  select t.* into v_type from pg_catalog.pg_type t where t.oid = _type;
  if v_type.typcategory = 'A' and v_type.typelem <> 0 then
    return jsonb_build_object('kind', 'array', 'of', ops._describe_type(v_type.typelem));
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'kind', case v_type.typtype
              when 'e' then 'enum'
              when 'd' then 'domain'
              when 'p' then 'pseudo'
              when 'c'
              then case when (select c.relkind from pg_catalog.pg_class c where c.oid = v_type.typrelid) = 'c'
                        then 'composite'
                        else 'row' end
              else 'base' end,
    'schema', v_type.typnamespace::regnamespace::text, 'name', v_type.typname,
    'base', case when v_type.typtype = 'd' then ops._describe_type(v_type.typbasetype) end));
end
$$;
