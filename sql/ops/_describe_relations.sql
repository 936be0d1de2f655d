-- Tables and views with columns, keys and foreign keys, by name.
create or replace function ops._describe_relations(_schema text)
  returns jsonb
  language sql stable
  set search_path = ''
as $$
  select coalesce(
    jsonb_agg(jsonb_build_object(
      'name', c.relname,
      'kind', case when c.relkind in ('v', 'm') then 'view' else 'table' end,
      'comment', coalesce(obj_description(c.oid, 'pg_class'), ''),
      -- bits of CmdType: 4 is update, 8 is insert
      'insertable', (pg_relation_is_updatable(c.oid, true) & 8) <> 0,
      'updatable', (pg_relation_is_updatable(c.oid, true) & 4) <> 0,
      'columns', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'name', a.attname, 'type', ops._describe_type(a.atttypid),
          'comment', coalesce(col_description(c.oid, a.attnum), ''),
          'nullable', not a.attnotnull and not coalesce(t.typnotnull, false),
          'default', a.atthasdef or a.attidentity <> '',
          'generated', a.attgenerated <> '' or a.attidentity = 'a') order by a.attname collate "C"), '[]')
          from pg_catalog.pg_attribute a
          join pg_catalog.pg_type t on t.oid = a.atttypid
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
      'relationships', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'name', k.conname, 'schema', f.relnamespace::regnamespace::text, 'relation', f.relname,
          'columns', (select jsonb_agg(a.attname order by u.n)
                        from unnest(k.conkey) with ordinality as u (num, n)
                        join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num),
          'referenced', (select jsonb_agg(a.attname order by u.n)
                           from unnest(k.confkey) with ordinality as u (num, n)
                           join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num),
          'one_to_one', exists (select from pg_catalog.pg_constraint q
                                 where q.conrelid = k.conrelid and q.contype in ('p', 'u')
                                   and q.conkey @> k.conkey and q.conkey <@ k.conkey))
          order by k.conname collate "C"), '[]')
          from pg_catalog.pg_constraint k
          join pg_catalog.pg_class f on f.oid = k.confrelid
         where k.conrelid = c.oid and k.contype = 'f' and k.conparentid = 0))
      order by c.relname collate "C"), '[]')
    from pg_catalog.pg_class c
   where c.relnamespace = to_regnamespace(quote_ident(_schema)) and c.relkind in ('r', 'p', 'v', 'm', 'f')
     and not c.relispartition and c.relname not in ('goose_db_version', 'howdah_db_version')
     and not exists (select from pg_catalog.pg_depend d
                      where d.classid = 'pg_catalog.pg_class'::regclass
                        and d.objid = c.oid and d.deptype = 'e')
$$;
