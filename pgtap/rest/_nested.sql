begin;
select plan(8);
\ir ../fixtures/shop.sql

-- Runs a nested insert: its steps, then the statement that answers.
create function pg_temp.nested(_shape jsonb, _body text) returns jsonb language plpgsql as $$
declare
  v_compiled constant jsonb := pg_temp.compile(
    _shape || '{"op": "insert", "lits": 1, "rep": "full", "body": {"lit": 1, "object": true}}');
  v_sql  text;
  v_back jsonb;
begin
  for v_sql in select s.step ->> 'sql' from jsonb_array_elements(v_compiled -> 'steps') as s(step) loop
    execute replace(v_sql, '$1', quote_literal(_body));
  end loop;
  execute 'select body from (' || replace(v_compiled ->> 'sql', '$1', quote_literal(_body)) || ') x'
    into v_back;
  return v_back;
end $$;

select is(pg_temp.nested('{"name": "customers", "columns": ["name"],
                           "nested": [{"name": "profiles", "columns": ["bio"]}],
                           "root": {"select": [{"name": "name"}],
                                    "embed": [{"name": "profiles", "select": [{"name": "bio"}]}]}}',
                         '{"name": "Cy", "profiles": {"bio": "pilot"}}'),
          '[{"name": "Cy", "profiles": {"bio": "pilot"}}]', 'a row that refers to the new one takes its key');
select is(pg_temp.nested('{"name": "orders", "columns": ["total"],
                           "nested": [{"name": "c", "columns": ["name"]}],
                           "root": {"select": [{"name": "total"}],
                                    "embed": [{"name": "customers", "hint": "customer_id", "alias": "c",
                                               "select": [{"name": "name"}]}]}}',
                         '[{"total": 1, "c": {"name": "Di"}}, {"total": 2, "c": null},
                           {"total": 3, "c": {"name": "Ed"}}]'),
          '[{"total": 1, "c": {"name": "Di"}}, {"total": 2, "c": null}, {"total": 3, "c": {"name": "Ed"}}]',
          'a row that is referred to gives its key, each to its own');
select is(pg_temp.nested('{"name": "orders", "columns": ["total"],
                           "nested": [{"name": "products", "columns": ["name", "sku"]}],
                           "root": {"select": [{"name": "total"}],
                                    "embed": [{"name": "products", "select": [{"name": "sku"}],
                                               "order": [{"name": "sku"}]}]}}',
                         '{"total": 5, "products": [{"sku": "x", "name": "X"}, {"sku": "y", "name": "Y"}]}'),
          '[{"total": 5, "products": [{"sku": "x"}, {"sku": "y"}]}]', 'many-to-many writes the join table');
select results_eq(
  $$ select i.sku from shop.items i join shop.orders o on o.id = i.order_id where o.total = 5 order by 1 $$,
  array['x', 'y'], 'with both keys');
select is(
  jsonb_array_length(pg_temp.compile(
    '{"op": "insert", "name": "orders", "columns": ["total"], "body": {"lit": 1, "object": true}, "lits": 1,
      "nested": [{"name": "items", "columns": ["amount"],
                  "nested": [{"name": "products", "columns": ["sku", "name"]}]}],
      "root": {"embed": [{"name": "items", "embed": [{"name": "products", "select": [{"name": "sku"}]}]}]}}')
                     -> 'steps'),
  3, 'a statement for each table');
select is(pg_temp.compile(
            '{"op": "insert", "name": "customers", "columns": ["name"], "body": {"lit": 1, "object": true},
              "lits": 1, "nested": [{"name": "info", "columns": ["a"]}],
              "root": {"embed": [{"name": "latest", "alias": "info", "select": [{"name": "id"}]}]}}')
          -> 'steps',
          null, 'a column of that name is written as a column');
select is(pg_temp.refusal('{"op": "insert", "name": "customers", "columns": ["name"],
                            "body": {"lit": 1, "object": true}, "lits": 1,
                            "nested": [{"name": "latest", "columns": ["total"]}],
                            "root": {"embed": [{"name": "latest", "select": [{"name": "id"}]}]}}'),
          '400 PGRST127: Feature not implemented', 'nothing is inserted through a function');
select is(pg_temp.refusal('{"op": "insert", "name": "customers", "columns": ["name"],
                            "body": {"lit": 1, "object": true}, "lits": 1,
                            "nested": [{"name": "profiles", "columns": ["nope"]}],
                            "root": {"embed": [{"name": "profiles", "select": [{"name": "bio"}]}]}}'),
          '400 PGRST204: Could not find the ''nope'' column of ''profiles'' in the schema cache',
          'an unknown column below is named with its table');
select * from finish();
rollback;
