-- Lists of values, as a query and a form hold them, as a simple handler wants
-- them: one value instead of a list of one. An invoker's function, so that it
-- can stand in a handler too. Takes no lock.
create or replace function functions.plain(_lists jsonb)
  returns jsonb
  language sql immutable strict parallel safe
as $$
  select coalesce(pg_catalog.jsonb_object_agg(
    l.key, case when pg_catalog.jsonb_array_length(l.value) = 1 then l.value -> 0 else l.value end), '{}')
    from pg_catalog.jsonb_each(_lists) l
$$;
comment on function functions.plain(jsonb) is
  'A query or form with single values instead of lists of one: {"a": ["1"]} becomes {"a": "1"}.';
revoke execute on function functions.plain(jsonb) from public;
grant execute on function functions.plain(jsonb) to anon, authenticated, service_role;
