-- What tables promise: row level security wherever the API can see, nothing of
-- the platform readable by users, foreign keys indexed.
begin;
select plan(4);

create temporary view platform_tables as
  select c.oid, c.oid::regclass::text as name, c.relkind
    from pg_class c
   where c.relnamespace in (
           select n.oid from pg_namespace n where pg_get_userbyid(n.nspowner) = 'howdah_owner')
     and c.relkind in ('r', 'p', 'v', 'm');

select is_empty(
  $$ select c.oid::regclass from pg_class c
      where c.relkind in ('r', 'p') and not c.relrowsecurity
        and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace,
                                   'tests'::regnamespace)
        and c.relpersistence <> 't' and c.relname not in ('goose_db_version', 'howdah_db_version')
        and not exists (select from pg_depend d
                         where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        and (has_schema_privilege('anon', c.relnamespace, 'usage')
             or c.oid in (select oid from platform_tables)) $$,
  'every table of the platform or in an exposed schema has row level security on');
select is_empty($$ select t.name, r.rolname
                     from platform_tables t
                    cross join (values ('anon'), ('authenticated'), ('authenticator')) as r (rolname)
                    where has_table_privilege(r.rolname, t.oid,
                                              'select, insert, update, delete, truncate, references, trigger')
                       or has_any_column_privilege(r.rolname, t.oid, 'select, insert, update, references')
                   except -- users write the policies of these
                   select t.name, r from platform_tables t, unnest(array['anon', 'authenticated']::name[]) r
                    where t.name in ('storage.buckets', 'storage.objects', 'realtime.messages') $$,
                'no table or view of the platform is open to anon, authenticated or authenticator');
select is_empty($$ select n.nspname, r.rolname
                     from pg_namespace n
                    cross join (
                      values ('anon'), ('authenticated'), ('service_role'), ('authenticator')) as r (rolname)
                    where n.nspname not like 'pg\_%' and has_schema_privilege(r.rolname, n.oid, 'create') $$,
                'no request role may create anything');
select is_empty($$ select k.conrelid::regclass, k.conname
                     from pg_constraint k
                    where k.contype = 'f' and k.conparentid = 0
                      and not exists (select from pg_index i
                                       where i.indrelid = k.conrelid
                                         and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey) $$,
                'every foreign key is indexed');

select * from finish();
rollback;
