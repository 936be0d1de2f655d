-- What is unsafe or slow in policies. A policy's expression is judged as
-- PostgreSQL prints it, where a wrapped call reads `( SELECT auth.uid() AS uid)`.
create or replace function ops._advise_policies()
  returns table (level text, rule text, object text, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  with policies as (
    select p.*, p.polrelid::regclass as at, c.relname,
           pg_get_expr(p.polqual, p.polrelid) as using_, pg_get_expr(p.polwithcheck, p.polrelid) as check_
      from pg_catalog.pg_policy p
      join pg_catalog.pg_class c on c.oid = p.polrelid and c.relnamespace in (select ops._exposed())
  ), wrapped as (
    select p.*, w.using_ as using_wrapped, w.check_ as check_wrapped
      from policies p
     cross join lateral (
       select regexp_replace(p.using_,
                             '(?<!SELECT )\m(auth\.(?:uid|jwt|role|email)\(\)|current_setting\([^()]*\))',
                             '(select \1)', 'g'),
              regexp_replace(p.check_,
                             '(?<!SELECT )\m(auth\.(?:uid|jwt|role|email)\(\)|current_setting\([^()]*\))',
                             '(select \1)', 'g')) w (using_, check_)
  )
  select 'error', 'policy_always_true', format('%s on %s', p.polname, p.at),
         'It lets everybody write every row.', format('drop policy %I on %s;', p.polname, p.at)
    from policies p
   where p.polpermissive and p.polcmd <> 'r' and coalesce(nullif(p.check_, ''), p.using_) = 'true'
     and (p.polroles && array['anon'::regrole::oid, 'authenticated'::regrole::oid, 0::oid])
  union all
  select 'warning', 'policy_calls_per_row', format('%s on %s', w.polname, w.at),
         'It calls a function for each row; wrapped in a subselect, PostgreSQL calls it once a statement.',
         format('alter policy %I on %s', w.polname, w.at)
         || coalesce(' using (' || w.using_wrapped || ')', '')
         || coalesce(' with check (' || w.check_wrapped || ')', '') || ';'
    from wrapped w
   where w.using_ <> w.using_wrapped or w.check_ <> w.check_wrapped
  union all
  select distinct 'warning', 'policy_unindexed', format('%s.%I', p.at, a.attname),
                  format('Policy %s compares it for each row, and no index begins with it.',
                         min(p.polname) over (partition by p.polrelid, a.attname)),
                  format('create index on %s (%I);', p.at, a.attname)
    from policies p
    join pg_catalog.pg_attribute a on a.attrelid = p.polrelid and a.attnum > 0 and not a.attisdropped
   where p.using_ ~ format('(\m%s\M|"%s") (=|IN)|= (%s\M|"%s")', a.attname, a.attname, a.attname, a.attname)
     and exists (select from pg_catalog.pg_depend d
                  where d.classid = 'pg_catalog.pg_policy'::regclass and d.objid = p.oid
                    and d.refobjid = p.polrelid and d.refobjsubid = a.attnum)
     and a.atttypid <> 'boolean'::regtype
     and not exists (select from pg_catalog.pg_index i
                      where i.indrelid = p.polrelid and i.indkey[0] = a.attnum)
$$;
