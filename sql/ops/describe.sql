-- The schemas as `howdah gen types` reads them: one document, in the order of
-- names, so that what is generated from it changes only when the schema does.
-- Called by the owner. Takes no lock.
create or replace function ops.describe(_schemas text[])
  returns jsonb
  language sql stable
  set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
           'name', s.name,
           'relations', ops._describe_relations(s.name),
           'functions', ops._describe_functions(s.name),
           'enums', (select coalesce(jsonb_agg(jsonb_build_object(
                       'name', t.typname, 'comment', coalesce(obj_description(t.oid, 'pg_type'), ''),
                       'labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder)
                                    from pg_catalog.pg_enum e
                                   where e.enumtypid = t.oid)) order by t.typname collate "C"), '[]')
                       from pg_catalog.pg_type t
                      where t.typnamespace = to_regnamespace(quote_ident(s.name)) and t.typtype = 'e'),
           'composites', (select coalesce(jsonb_agg(jsonb_build_object(
                            'name', c.relname, 'comment', coalesce(obj_description(c.reltype, 'pg_type'), ''),
                            'columns', (select jsonb_agg(jsonb_build_object(
                                          'name', a.attname, 'type', ops._describe_type(a.atttypid),
                                          'nullable', true) order by a.attname collate "C")
                                          from pg_catalog.pg_attribute a
                                         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))
                            order by c.relname collate "C"), '[]')
                            from pg_catalog.pg_class c
                           where c.relnamespace = to_regnamespace(quote_ident(s.name)) and c.relkind = 'c'))
           order by s.n), '[]')
    from unnest(_schemas) with ordinality as s (name, n)
   where to_regnamespace(quote_ident(s.name)) is not null
$$;
comment on function ops.describe(text[]) is
  'Relations, functions, enums and composites of the schemas, in order of name: what `howdah gen types` '
  'turns into other languages. Unknown schemas are left out.';
revoke execute on function ops.describe(text[]) from public;
