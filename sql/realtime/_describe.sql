-- What a role may know of a table's columns, in their order: names and types,
-- which of them make up the key, and which the replica identity. Null when the
-- role may see nothing of it.
create or replace function realtime._describe(_relation oid, _role name)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object(
           'schema', c.relnamespace::regnamespace::name, 'table', c.relname,
           'names', jsonb_agg(a.attname order by a.attnum),
           'types', jsonb_agg(t.typname order by a.attnum),
           'keys', coalesce(jsonb_agg(a.attname order by a.attnum) filter (where a.attnum = any(k.indkey)),
                            '[]'),
           'identity', coalesce(jsonb_agg(a.attname order by a.attnum) filter (where case c.relreplident
                                  when 'f' then true when 'd' then a.attnum = any(k.indkey)
                                  when 'i' then a.attnum = any(i.indkey) end),
                                '[]'))
    from pg_catalog.pg_class c
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_index k on k.indrelid = c.oid and k.indisprimary
    left join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisreplident
   where c.oid = _relation
     and pg_catalog.has_schema_privilege(_role, c.relnamespace, 'usage')
     and pg_catalog.has_column_privilege(_role, c.oid, a.attnum, 'select')
   group by c.oid, c.relname, c.relnamespace, c.relreplident
$$;
revoke execute on function realtime._describe(oid, name) from public;
