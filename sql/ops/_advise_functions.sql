-- What is unsafe in functions: those of the user's schemas, and of functions.
create or replace function ops._advise_functions()
  returns table (level text, rule text, object text, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  with mine as (
    select p.oid, p.oid::regprocedure as at, p.prosecdef, p.proconfig, p.prorettype,
           exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                    where a.grantee = 0) as public_may,
           p.pronamespace in (select ops._exposed()) as exposed
      from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where p.prokind = 'f' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'tests')
       and p.proowner <> 'howdah_owner'::regrole
       and not exists (select from pg_catalog.pg_depend d
                        where d.classid = 'pg_catalog.pg_proc'::regclass
                          and d.objid = p.oid and d.deptype = 'e')
  )
  select 'error', 'definer_search_path', m.at::text,
         'It runs with its owner''s rights, and whoever calls it chooses what its names mean.',
         format('alter function %s set search_path = '''';', m.at)
    from mine m
   where m.prosecdef
     and not exists (select from unnest(m.proconfig) as s (setting) where s.setting like 'search_path=%')
  union all
  select 'error', 'definer_public', m.at::text, 'Everybody may call it, and it passes row level security.',
         format('revoke execute on function %s from public;', m.at)
    from mine m
   where m.prosecdef and m.public_may and m.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
  union all
  select 'info', 'function_public', m.at::text, 'Everybody may call it over /rpc, signed in or not.',
         format('revoke execute on function %s from public; grant execute on function %s to authenticated;',
                m.at, m.at)
    from mine m
   where not m.prosecdef and m.public_may and m.exposed
     and m.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
$$;
