begin;
select plan(5);
\ir ../fixtures/shop.sql

select is(pg_temp.answer(
            '{"op": "read", "name": "customers",
              "root": {"select": [{"name": "name"}], "order": [{"name": "id"}],
                       "embed": [{"name": "orders", "hint": "customer_id", "select": [{"name": "id"}],
                                  "order": [{"name": "id", "dir": "desc"}], "limit": 1}]}}', '1'),
          '[{"name": "Ada", "orders": [{"id": 11}]}, {"name": "Bob", "orders": [{"id": 12}]}]',
          'an embed has its own order and limit');
select is(pg_temp.answer('{"op": "read", "name": "orders",
                           "root": {"select": [{"name": "id"}], "order": [{"name": "id"}],
                                    "embed": [{"name": "customers", "hint": "customer_id", "spread": true,
                                               "select": [{"name": "name", "alias": "buyer"}]}]}}'),
          '[{"id": 10, "buyer": "Ada"}, {"id": 11, "buyer": "Ada"}, {"id": 12, "buyer": "Bob"}]',
          'a spread embed lies flat');
select is(pg_temp.answer('{"op": "read", "name": "customers",
                           "root": {"select": [{"name": "name"}], "order": [{"name": "id"}],
                                    "embed": [{"name": "orders", "hint": "customer_id", "spread": true,
                                               "select": [{"name": "total"}], "order": [{"name": "id"}]}]}}'),
          '[{"name": "Ada", "total": [50, 150]}, {"name": "Bob", "total": [200]}]',
          'a spread of many makes lists');
select is(pg_temp.answer('{"op": "read", "name": "folders", "root": {"select": [{"name": "id"}]}}'), '[]',
          'no rows are an empty list');
select is(pg_temp.answer(
            '{"op": "read", "name": "customers",
              "root": {"select": [{"name": "name"}],
                       "where": [{"name": "orders", "op": "is", "is": "null", "not": true}],
                       "order": [{"name": "id"}],
                       "embed": [{"name": "orders", "hint": "customer_id", "select": [{"name": "id"}],
                                  "where": [{"name": "total", "op": "gt", "lit": 1}]}]}}', '150'),
          '[{"name": "Bob", "orders": [{"id": 12}]}]', 'an embed that must not be null filters');

select * from finish();
rollback;
