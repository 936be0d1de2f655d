-- Called by a node for each live query: changes of which tables can change what
-- a query of a table answers. The table itself, what its select policies read,
-- and what the policies of those read. Null where nobody can tell: a view, a
-- computed column, a policy that calls a function of somebody's own.
create or replace function realtime.query_sources(_search_path text, _table text)
  returns oid[]
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_known oid[] := array[to_regclass(split_part(_search_path, ',', 1) || '.' || quote_ident(_table))::oid];
  v_next  oid[];
begin
  if v_known[1] is null
     or exists (
       select from pg_catalog.pg_proc p
         join pg_catalog.pg_class c on c.oid = v_known[1] and c.reltype = p.proargtypes[0]) then
    return null;
  end if;
  loop
    if exists (select from pg_catalog.pg_class c
                where c.oid = any(v_known) and c.relkind not in ('r', 'p')) then
      return null;
    end if;
    if exists (
      select from pg_catalog.pg_policy p
        join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_policy'::regclass and d.objid = p.oid
        join pg_catalog.pg_proc f on d.refclassid = 'pg_catalog.pg_proc'::regclass and f.oid = d.refobjid
       where p.polrelid = any(v_known) and f.pronamespace <> 'auth'::regnamespace)
    then
      return null;
    end if;
    v_next := array(
      select distinct d.refobjid
        from pg_catalog.pg_policy p
        join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_policy'::regclass and d.objid = p.oid
       where p.polrelid = any(v_known) and d.refclassid = 'pg_catalog.pg_class'::regclass
         and d.refobjid <> all(v_known));
    exit when v_next = '{}';
    v_known := v_known || v_next;
  end loop;
  return array(select distinct coalesce(pg_catalog.pg_partition_root(k)::oid, k) from unnest(v_known) as k);
end
$$;
comment on function realtime.query_sources(text, text) is
  'The tables whose changes can change what a query of a table answers; null when it may be any.';
revoke execute on function realtime.query_sources(text, text) from public;
grant execute on function realtime.query_sources(text, text) to authenticator;
