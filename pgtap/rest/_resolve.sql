begin;
select plan(4);
\ir ../fixtures/shop.sql
select is(rest._resolve('{"embed": [{"name": "items", "embed": [{"name": "products"}]}]}',
                        'shop.orders'::regclass, 'orders', 0,
                        '{"schemas": ["shop"], "schema": "shop",
                          "aggregates": false}') #>> '{embed,0,embed,0,join_alias}',
          'items_products_2', 'embeds are joined under names of their own');
select is(pg_temp.refusal('{"op": "read", "name": "orders",
                            "root": {"select": [{"name": "id"}],
                                     "order": [{"rel": "items", "name": "amount"}],
                                     "embed": [{"name": "items"}]}}'),
          '400 PGRST118: A related order on ''items'' is not possible', 'an order by many is refused');
select is(
  pg_temp.refusal('{"op": "read", "name": "orders",
                    "root": {"select": [{"name": "id"}], "order": [{"rel": "items", "name": "amount"}]}}'),
  '400 PGRST108: ''items'' is not an embedded resource in this request', 'so is one by what is not embedded');
select throws_ok(
  $$ select rest._resolve('{"select": [{"name": "id", "agg": "sum"}]}', 'shop.orders'::regclass,
                          'orders', 0, '{"schemas": ["shop"], "schema": "shop", "aggregates": false}') $$,
  'HW000', 'Use of aggregate functions is not allowed', 'aggregates are off unless switched on');
select * from finish();
rollback;
