-- Functions that /rpc can call, with arguments and results, by name and then
-- by signature.
create or replace function ops._describe_functions(_schema text)
  returns jsonb
  language sql stable
  set search_path = ''
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object(
      'name', p.proname, 'comment', coalesce(obj_description(p.oid, 'pg_proc'), ''), 'set', p.proretset,
      'returns', ops._describe_type(p.prorettype), 'arguments', i.list, 'columns', o.list,
      'roles', (select coalesce(jsonb_agg(r.name order by r.name), '[]')
                  from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                 cross join lateral (select case a.grantee
                                       when 0 then 'public'
                                       else pg_get_userbyid(a.grantee)::text end collate "C") r (name)
                 where a.grantee <> p.proowner)) order by p.proname collate "C",
    pg_get_function_identity_arguments(p.oid) collate "C"), '[]')
    from pg_catalog.pg_proc p
   cross join lateral (
     select coalesce(jsonb_agg(jsonb_build_object(
              'name', coalesce(p.proargnames[a.n], ''), 'type', ops._describe_type(a.type),
              'default', a.place > p.pronargs - p.pronargdefaults) order by a.n), '[]')
       from (select u.type, u.n, row_number() over (order by u.n) as place
               from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as u (type, n)
              where coalesce(p.proargmodes[u.n], 'i') in ('i', 'b', 'v')) a) i (list)
   cross join lateral (
     select coalesce(jsonb_agg(jsonb_build_object(
                                 'name', coalesce(nullif(p.proargnames[u.n], ''), 'column' || u.n),
                                 'type', ops._describe_type(u.type)) order by u.n), '[]')
       from unnest(p.proallargtypes) with ordinality as u (type, n)
      where p.proargmodes[u.n] in ('o', 'b', 't')) o (list)
   where p.pronamespace = to_regnamespace(quote_ident(_schema)) and p.prokind = 'f'
     and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
     and not exists (select from pg_catalog.pg_depend d
                      where d.classid = 'pg_catalog.pg_proc'::regclass
                        and d.objid = p.oid and d.deptype = 'e')
$$;
