begin;
select plan(4);
\ir ../fixtures/shop.sql
select is(rest._totals('{"rel": 1}', '{"q": "t", "from": "t", "conds": []}',
                       '{"op": "read"}', 'count(h)', '{}') ->> 'total',
          'null::bigint', 'nothing is counted unasked');
select is(rest._totals('{"rel": 1}', '{"q": "t", "from": "t", "conds": []}',
                       '{"op": "read", "count": "exact"}', 'count(h)', '{}') ->> 'total',
          'count(h)', 'without a limit the page is the total');
select matches(rest._totals('{"rel": 1}', '{"q": "t", "from": "t", "conds": []}',
                            '{"op": "read", "count": "planned", "limited": true}',
                            'count(h)', '{}') ->> 'explain',
               '^explain', 'planned asks the planner');
select is((pg_temp.compile('{"op": "read", "name": "orders"}') ->> 'read_only')::boolean, true,
          'a read is read-only');
select * from finish();
rollback;
