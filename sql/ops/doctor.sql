-- What `howdah doctor` asks of the database, as the owner. Each row is one
-- check: what should hold, whether it does, what breaks it, and what mends it.
create or replace function ops.doctor()
  returns table ("check" text, ok boolean, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  with api as (
    select n.oid, n.nspname
      from pg_catalog.pg_namespace n
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspowner <> 'howdah_owner'::regrole
       and (has_schema_privilege('anon', n.oid, 'usage')
            or has_schema_privilege('authenticated', n.oid, 'usage'))
  ), mine as ( -- tables that the API shows, without those of extensions
    select c.*
      from pg_catalog.pg_class c
      join api on api.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relname not in ('goose_db_version', 'howdah_db_version')
       and not exists (select from pg_catalog.pg_depend d
                        where d.classid = 'pg_catalog.pg_class'::regclass
                          and d.objid = c.oid and d.deptype = 'e')
  ), leaks as ( -- views with the rights of their owner
    select c.oid::regclass as at
      from pg_catalog.pg_class c
      join api on api.oid = c.relnamespace
     where c.relkind = 'v'
       and not coalesce(c.reloptions::text[] && array['security_invoker=true', 'security_invoker=on'], false)
       and (has_table_privilege('anon', c.oid, 'select')
            or has_table_privilege('authenticated', c.oid, 'select'))
       and not exists (select from pg_catalog.pg_depend d
                        where d.classid = 'pg_catalog.pg_class'::regclass
                          and d.objid = c.oid and d.deptype = 'e')
  ), loose as ( -- definers whose names the caller resolves
    select p.oid::regprocedure as at
      from pg_catalog.pg_proc p
     where p.prosecdef
       and p.pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
       and not exists (select from unnest(p.proconfig) as s (setting) where s.setting like 'search_path=%')
       and not exists (select from pg_catalog.pg_depend d
                        where d.classid = 'pg_catalog.pg_proc'::regclass
                          and d.objid = p.oid and d.deptype = 'e')
  ), makers as (
    select n.nspname, r.rolname
      from pg_catalog.pg_namespace n cross join pg_catalog.pg_roles r
     where r.rolname in ('anon', 'authenticated', 'authenticator') and n.nspname !~ '^pg_'
       and has_schema_privilege(r.oid, n.oid, 'create')
  ), old (what, mend) as ( -- what holds vacuum back
    select format('pid %s (%s, %s, %s) since %s', a.pid, a.usename,
                  coalesce(nullif(a.application_name, ''), '?'), a.state, date_trunc('second', a.xact_start)),
           format('select pg_terminate_backend(%s);', a.pid)
      from pg_catalog.pg_stat_activity a
     where a.datname = current_database() and a.xact_start < now() - interval '5 minutes'
       and coalesce(a.backend_xmin, a.backend_xid) is not null
    union all
    select format('replication slot %s', s.slot_name),
           format('select pg_drop_replication_slot(%L);', s.slot_name)
      from pg_catalog.pg_replication_slots s
     where not s.active and coalesce(age(s.xmin), age(s.catalog_xmin)) > 10000000
    union all
    select format('prepared transaction %s', x.gid), format('rollback prepared %L;', x.gid)
      from pg_catalog.pg_prepared_xacts x
     where x.prepared < now() - interval '5 minutes'
  ), found (ord, name, breaks, mend) as (
    select 1, 'authenticator may become anon, authenticated and service_role',
           array(select r.name from unnest(array['anon', 'authenticated', 'service_role']) as r (name)
                  where not pg_has_role('authenticator', r.name, 'member')),
           'grant anon, authenticated, service_role to authenticator;'
    union all
    select 2, 'authenticator can log in, inherits nothing and is no superuser',
           array(select r.rolname::text from pg_catalog.pg_roles r
                  where r.rolname = 'authenticator'
                    and (r.rolinherit or r.rolsuper or r.rolbypassrls
                         or r.rolcreaterole or not r.rolcanlogin)),
           'alter role authenticator login noinherit nosuperuser nobypassrls nocreaterole;'
    union all
    select 3, 'row level security is on wherever the API can see',
           array(select m.oid::regclass::text from mine m where not m.relrowsecurity),
           (select string_agg(format('alter table %s enable row level security;', m.oid::regclass), ' ')
              from mine m
             where not m.relrowsecurity)
    union all
    select 4, 'every table with row level security has a policy',
           array(select m.oid::regclass::text from mine m
                  where m.relrowsecurity and not m.relispartition
                    and not exists (select from pg_catalog.pg_policy p where p.polrelid = m.oid)),
           'howdah migrate new policies, and there: create policy … on the table; without one, only service_role sees its rows'
    union all
    select 5, 'views run with the rights of who asks', array(select l.at::text from leaks l),
           (select string_agg(format('alter view %s set (security_invoker = true);', l.at), ' ') from leaks l)
    union all
    select 6, 'security definer functions pin their search_path', array(select l.at::text from loose l),
           (select string_agg(format('alter function %s set search_path = '''';', l.at), ' ') from loose l)
    union all
    select 7, 'tables made from now on get row level security by themselves',
           array(select 'the event trigger howdah_enable_rls is missing'
                  where not exists (select from pg_catalog.pg_event_trigger e
                                     where e.evtname = 'howdah_enable_rls' and e.evtenabled <> 'D')),
           'run `howdah migrate` once with a superuser''s DATABASE_URL'
    union all
    select 8, 'the request roles may not make tables',
           array(select m.nspname || ': ' || m.rolname from makers m),
           (select string_agg(distinct format(
              'revoke create on schema %I from public, anon, authenticated, authenticator;', m.nspname), ' ')
              from makers m)
    union all
    select 9, 'no old transaction keeps vacuum from its work', array(select o.what from old o),
           (select string_agg(o.mend, ' ') from old o)
  )
  select f.name, f.breaks = '{}', array_to_string(f.breaks, ', '),
         case when f.breaks = '{}' then '' else f.mend end
    from found f
   order by f.ord
$$;
comment on function ops.doctor() is
  'The checks of `howdah doctor`: what should hold, whether it does, what breaks it, and what mends it.';
