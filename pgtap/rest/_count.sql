begin;
select plan(3);
\ir ../fixtures/shop.sql
-- What a shape counts, with limit and offset left out.
create function pg_temp.total(_shape jsonb, variadic _literals text[] default '{}') returns bigint
  language plpgsql as $$
declare
  v_sql   text := pg_temp.compile(_shape || jsonb_build_object(
    'lits', cardinality(_literals), 'count', 'exact', 'limited', true)) ->> 'sql';
  v_total bigint;
begin
  for i in reverse cardinality(_literals)..1 loop
    v_sql := replace(v_sql, '$' || i, quote_literal(_literals[i]));
  end loop;
  execute 'select s.total from (' || v_sql || ') s' into v_total;
  return v_total;
end
$$;

select is(pg_temp.total('{"op": "read", "name": "orders", "root": {"select": [{"name": "id"}], "limit": 1}}',
                        '1'),
          3::bigint, 'a limit does not change the total');
select is(pg_temp.total('{"op": "read", "name": "orders",
                          "root": {"select": [{"name": "id"}],
                                   "where": [{"name": "total", "op": "gt", "lit": 1}], "limit": 2}}',
                        '100', '1'),
          2::bigint, 'filters do');
select is(pg_temp.total('{"op": "read", "name": "orders",
                          "root": {"select": [{"name": "id"}], "limit": 1,
                                   "embed": [{"name": "customers", "hint": "referrer_id", "join": "inner",
                                              "select": [{"name": "name"}]}]}}', '1'),
          2::bigint, 'so do inner embeds');

select * from finish();
rollback;
