-- Every security definer function pins its search_path, belongs to howdah_owner
-- and is nobody's until granted by name.
begin;
select plan(3);

create temporary view definers as
  select p.oid::regprocedure::text as name, p.proconfig, p.proacl, p.proowner
    from pg_proc p
   where p.prosecdef
     and not exists (select from pg_depend d
                      where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
     and p.pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'tests');

select is_empty($$ select name from definers
                    where coalesce(not proconfig && array[
                            'search_path=""', 'search_path=pg_catalog, pg_temp'], true) $$,
                'every security definer function pins its search_path');
select is_empty($$ select d.name
                     from definers d, aclexplode(coalesce(d.proacl, acldefault('f', d.proowner))) a
                    where a.grantee = 0 $$,
                'no security definer function is executable by public');
select is_empty(
  $$ select name from definers where proowner <> 'howdah_owner'::regrole and name !~ '^public\.' $$,
  'every security definer function belongs to howdah_owner');

select * from finish();
rollback;
