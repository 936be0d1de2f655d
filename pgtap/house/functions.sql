-- What functions promise: a comment each, private ones nobody's, clean by
-- plpgsql_check.
begin;
select plan(3);

create temporary view platform_functions as
  select p.oid, p.oid::regprocedure::text as name, p.proname, p.proacl, p.proowner, p.prorettype, p.prolang
    from pg_proc p
   where p.pronamespace in (
           select n.oid from pg_namespace n where pg_get_userbyid(n.nspowner) = 'howdah_owner');

select is_empty($$ select name from platform_functions
                    where proname not like '\_%' and obj_description(oid, 'pg_proc') is null $$,
                'every public function has a comment');
select is_empty($$ select f.name, a.grantee::regrole
                     from platform_functions f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
                    where f.proname like '\_%' and a.grantee not in (f.proowner, 'howdah_owner'::regrole) $$,
                'private functions are granted to nobody');

-- The embedded PostgreSQL comes without plpgsql_check.
select count(*) = 0 and current_setting('server_version_num')::int >= 180000 as unchecked
  from pg_available_extensions where name = 'plpgsql_check' \gset
\if :unchecked
select skip('plpgsql_check is not there', 1);
\else
create extension if not exists plpgsql_check schema tests;
select is_empty(
  $$
    select f.name, c.lineno, c.level, c.message, c.hint
      from platform_functions f
      join pg_language l on l.oid = f.prolang and l.lanname = 'plpgsql'
      left join lateral (select min(t.tgrelid) as tgrelid, max(t.tgoldtable) as old, max(t.tgnewtable) as new
                           from pg_trigger t
                          where t.tgfoid = f.oid) t on true
     cross join lateral tests.plpgsql_check_function_tb(
       f.oid, coalesce(t.tgrelid, 0)::regclass, other_warnings => true, performance_warnings => true,
       extra_warnings => true, security_warnings => true, oldtable => t.old, newtable => t.new) c
     where (f.prorettype <> 'trigger'::regtype or t.tgrelid is not null)
       -- One that only raises could be immutable, and would then raise when a plan is made.
       and not (f.prorettype = 'void'::regtype and c.message like 'routine is marked as%') $$,
  'plpgsql_check finds nothing');
\endif

select * from finish();
rollback;
