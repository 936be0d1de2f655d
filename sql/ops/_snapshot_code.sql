-- What does not hold data in the user's schemas: functions, views, policies,
-- triggers, grants on tables.
create or replace function ops._snapshot_code()
  returns table (ord int, kind text, identity text, up text, down text, change text)
  language sql stable
  set search_path = ''
as $$
  with schemas as (
    select n.oid
      from pg_catalog.pg_namespace n
     where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'tests')
       and (n.nspowner <> 'howdah_owner'::regrole or n.nspname = 'functions')
  ), relations as (
    select c.*, c.oid::regclass::text as at
      from pg_catalog.pg_class c
     where c.relnamespace in (select s.oid from schemas s) and c.relkind in ('r', 'p', 'v', 'm')
       and c.relowner <> 'howdah_owner'::regrole
       and c.relname not in ('goose_db_version', 'howdah_db_version')
       and not exists (select from pg_catalog.pg_depend d
                        where d.classid = 'pg_catalog.pg_class'::regclass
                          and d.objid = c.oid and d.deptype = 'e')
  )
  select 11, 'function', p.oid::regprocedure::text, rtrim(pg_get_functiondef(p.oid), E'\n') || ';',
         format('drop routine %s;', p.oid::regprocedure), rtrim(pg_get_functiondef(p.oid), E'\n') || ';'
    from pg_catalog.pg_proc p
   where p.pronamespace in (select s.oid from schemas s) and p.prokind in ('f', 'p')
     and p.proowner <> 'howdah_owner'::regrole
     and not exists (select from pg_catalog.pg_depend d
                      where d.classid = 'pg_catalog.pg_proc'::regclass
                        and d.objid = p.oid and d.deptype = 'e')
  union all
  select 12, 'view', r.at,
         format('create %s %s%s as%s',
                case r.relkind when 'v' then 'or replace view' else 'materialized view' end, r.at,
                coalesce(' with (' || array_to_string(r.reloptions, ', ') || ')', ''),
                E'\n' || pg_get_viewdef(r.oid)),
         format('drop %s %s;', case r.relkind when 'v' then 'view' else 'materialized view' end, r.at), null
    from relations r where r.relkind in ('v', 'm')
  union all
  select 13, 'trigger', t.tgname || ' on ' || r.at, pg_get_triggerdef(t.oid) || ';',
         format('drop trigger %I on %s;', t.tgname, r.at), null
    from relations r join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
  union all
  select 14, 'policy', p.polname || ' on ' || r.at,
         format('create policy %I on %s as %s for %s to %s%s%s;', p.polname, r.at,
                case when p.polpermissive then 'permissive' else 'restrictive' end,
                case p.polcmd
                  when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
                  else 'all' end,
                (select string_agg(case u.role
                                     when 0 then 'public' else quote_ident(pg_get_userbyid(u.role)) end,
                                   ', ' order by u.n)
                   from unnest(p.polroles) with ordinality as u (role, n)),
                coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', ''),
                coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')),
         format('drop policy %I on %s;', p.polname, r.at), null
    from relations r join pg_catalog.pg_policy p on p.polrelid = r.oid
  union all
  select 15, 'grant', format('%s on %s to %s', lower(a.privilege_type), r.at, g.name),
         format('grant %s on %s to %s;', lower(a.privilege_type), r.at, g.name),
         format('revoke %s on %s from %s;', lower(a.privilege_type), r.at, g.name), null
    from relations r
   cross join lateral aclexplode(r.relacl) a
   cross join lateral (
     select case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end) g (name)
   where a.grantee <> r.relowner and g.name <> 'service_role'
$$;
