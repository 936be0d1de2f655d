-- What is unsafe or slow in tables and views.
create or replace function ops._advise_tables()
  returns table (level text, rule text, object text, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  with relations as (
    select c.*, c.oid::regclass as at
      from pg_catalog.pg_class c
     where c.relnamespace in (select ops._exposed())
       and c.relname not in ('goose_db_version', 'howdah_db_version')
       and not exists (select from pg_catalog.pg_depend d
                        where d.classid = 'pg_catalog.pg_class'::regclass
                          and d.objid = c.oid and d.deptype = 'e')
  )
  select 'error', 'rls_disabled', r.at::text, 'Whoever holds a grant sees every row.',
         format('alter table %s enable row level security;', r.at)
    from relations r
   where r.relkind in ('r', 'p') and not r.relrowsecurity
  union all
  select 'info', 'rls_without_policy', r.at::text, 'Nobody but service_role sees its rows.',
         format('create policy %I on %s for select to authenticated using (…);', r.relname || '_read', r.at)
    from relations r
   where r.relkind in ('r', 'p') and r.relrowsecurity and not r.relispartition
     and not exists (select from pg_catalog.pg_policy p where p.polrelid = r.oid)
  union all
  select 'error',
         'view_runs_as_owner',
         r.at::text,
         'It shows what its owner sees, not what who asks may see.',
         format('alter view %s set (security_invoker = true);', r.at)
    from relations r
   where r.relkind = 'v'
     and not coalesce(r.reloptions && array['security_invoker=true', 'security_invoker=on'], false)
     and (has_table_privilege('anon', r.oid, 'select')
          or has_table_privilege('authenticated', r.oid, 'select'))
  union all
  select 'error',
         'materialized_view_exposed',
         r.at::text,
         'Row level security does not apply to what it holds.',
         format('revoke select on %s from anon, authenticated;', r.at)
    from relations r
   where r.relkind = 'm'
     and (has_table_privilege('anon', r.oid, 'select')
          or has_table_privilege('authenticated', r.oid, 'select'))
  union all
  select 'info', 'no_primary_key', r.at::text, 'Rows cannot be named, replicated or upserted.',
         format('alter table %s add column id bigint generated always as identity primary key;', r.at)
    from relations r
   where r.relkind in ('r', 'p') and not r.relispartition
     and not exists (select from pg_catalog.pg_constraint k where k.conrelid = r.oid and k.contype = 'p')
  union all
  select 'warning', 'foreign_key_unindexed', format('%s on %s', k.conname, r.at),
         'Deleting a row that it refers to reads the whole table.',
         format('create index on %s (%s);', r.at,
                (select string_agg(quote_ident(a.attname), ', ' order by u.n)
                   from unnest(k.conkey) with ordinality as u (num, n)
                   join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum = u.num))
    from relations r
    join pg_catalog.pg_constraint k on k.conrelid = r.oid and k.contype = 'f' and k.conparentid = 0
   where not exists (select from pg_catalog.pg_index i
                      where i.indrelid = r.oid
                        and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)
  union all
  select 'info',
         'index_duplicate',
         i.indexrelid::regclass::text,
         format('%s is the same.', min(o.indexrelid::regclass::text)),
         format('drop index %s;', i.indexrelid::regclass)
    from relations r
    join pg_catalog.pg_index i on i.indrelid = r.oid
    join pg_catalog.pg_index o on o.indrelid = r.oid and o.indexrelid <> i.indexrelid
     and (o.indisunique or o.indexrelid < i.indexrelid)
     and (o.indkey, o.indclass, o.indoption) = (i.indkey, i.indclass, i.indoption)
     and coalesce(pg_get_expr(o.indexprs, r.oid), '') = coalesce(pg_get_expr(i.indexprs, r.oid), '')
     and coalesce(pg_get_expr(o.indpred, r.oid), '') = coalesce(pg_get_expr(i.indpred, r.oid), '')
   where not i.indisunique
   group by i.indexrelid
$$;
