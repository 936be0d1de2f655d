begin;
select plan(9);
\ir ../fixtures/shop.sql

select is(pg_temp.written('{"op": "insert", "name": "customers", "rep": "full", "columns": ["id", "name"],
                            "body": {"lit": 1, "object": true}}', '{"id": 7, "name": "Cyd"}') ->> 'body',
          '[{"id": 7, "info": {}, "name": "Cyd"}]', 'insert answers the row');
select is(pg_temp.written('{"op": "insert", "name": "customers", "rep": "headers", "columns": ["id", "name"],
                            "body": {"lit": 1, "object": true}}', '{"id": 8, "name": "Dan"}') ->> 'location',
          '[["id", "eq.8"]]', 'headers-only answers the key');
select is(pg_temp.written('{"op": "insert", "name": "customers", "columns": ["id", "name"],
                            "body": {"lit": 1, "object": false}}',
                          '[{"id": 20, "name": "E"}, {"id": 21, "name": "F"}]') ->> 'page',
          '2', 'a list inserts all its rows');
select is(pg_temp.written('{"op": "insert", "name": "customers", "rep": "full", "defaults": true,
                            "columns": ["id", "info", "name"], "body": {"lit": 1, "object": true}}',
                          '{"id": 22, "name": "G"}') ->> 'body',
          '[{"id": 22, "info": {}, "name": "G"}]', 'missing=default fills a default in');
select is(pg_temp.written('{"op": "insert", "name": "customers", "rep": "full", "resolution": "merge",
                            "columns": ["id", "name"], "body": {"lit": 1, "object": true}}',
                          '{"id": 7, "name": "Cyd II"}') - 'location' - 'page' - 'total',
          '{"body": [{"id": 7, "name": "Cyd II", "info": {}}], "inserted": 0}', 'a merge inserts nothing');
select is(pg_temp.written('{"op": "update", "name": "customers", "columns": ["name"],
                            "where": [{"name": "id", "op": "eq", "lit": 2}],
                            "body": {"lit": 1, "object": true}}', '{"name": "Cy"}', '7') ->> 'page',
          '1', 'update counts its rows');
select is(pg_temp.written('{"op": "update", "name": "customers",
                            "where": [{"name": "id", "op": "eq", "lit": 2}],
                            "body": {"lit": 1, "object": true}}', '{}', '7') ->> 'page',
          '0', 'an update of no column touches no row');
select is(pg_temp.written('{"op": "delete", "name": "customers", "rep": "full",
                            "where": [{"name": "id", "op": "gte", "lit": 1}],
                            "root": {"select": [{"name": "id"}], "order": [{"name": "id"}]}}',
                          '20') ->> 'body',
          '[{"id": 20}, {"id": 21}, {"id": 22}]', 'delete answers the rows, ordered');
select results_eq('select id from shop.customers order by id', array[1, 2, 7, 8]::bigint[],
                  'and they are gone');
select * from finish();
rollback;
