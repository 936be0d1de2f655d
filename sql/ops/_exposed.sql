-- The schemas of the user's own that the API's roles may use: where the advice
-- of ops.advise applies.
create or replace function ops._exposed()
  returns setof oid
  language sql stable
  set search_path = ''
as $$
  select n.oid
    from pg_catalog.pg_namespace n
   where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'tests')
     and n.nspowner <> 'howdah_owner'::regrole
     and (has_schema_privilege('anon', n.oid, 'usage')
          or has_schema_privilege('authenticated', n.oid, 'usage'))
$$;
