begin;
select plan(22);
\ir ../fixtures/shop.sql

select is(pg_temp.answer('{"op": "read", "name": "customers",
                           "root": {"select": [{"name": "name"}],
                                    "where": [{"name": "id", "op": "eq", "lit": 1}]}}', '1'),
          '[{"name": "Ada"}]', 'a filter finds its row');
select is(pg_temp.answer('{"op": "read", "name": "customers",
                           "root": {"select": [{"name": "info", "path": [["->", "likes"], ["->>", 0]],
                                                "alias": "like"}], "order": [{"name": "id", "dir": "desc"}],
                                    "limit": 1, "offset": 2}}', '1', '1'),
          '[{"like": "tea"}]', 'paths, aliases, order, limit and offset');
select is(pg_temp.answer('{"op": "read", "name": "orders",
                           "root": {"select": [{"name": "id"}],
                                    "where": [{"or": [{"name": "total", "op": "gt", "lit": 1},
                                                      {"name": "id", "op": "in", "lit": 2}], "not": true}]}}',
                         '150', '{"10"}'),
          '[{"id": 11}]', 'a negated or');
select is(pg_temp.answer('{"op": "read", "name": "customers",
                           "root": {"select": [{"name": "name"}],
                                    "embed": [{"name": "profiles", "select": [{"name": "bio"}]}]}}'),
          '[{"name": "Ada", "profiles": {"bio": "mathematician"}}, {"name": "Bob", "profiles": null}]',
          'one-to-one embeds an object');
select is(pg_temp.answer('{"op": "read", "name": "orders",
                           "root": {"select": [{"name": "id"}],
                                    "embed": [{"name": "products", "select": [{"name": "sku"}],
                                               "order": [{"name": "sku"}]}],
                                    "where": [{"name": "id", "op": "eq", "lit": 1}]}}', '11'),
          '[{"id": 11, "products": [{"sku": "a"}, {"sku": "b"}]}]',
          'many-to-many embeds through the join table');
select is(pg_temp.answer('{"op": "read", "name": "open_orders",
                           "root": {"select": [{"name": "id"}],
                                    "embed": [{"name": "customers", "select": [{"name": "name"}]}],
                                    "order": [{"name": "id"}]}}'),
          '[{"id": 11, "customers": {"name": "Ada"}}, {"id": 12, "customers": {"name": "Bob"}}]',
          'a view has its table''s keys');
select is(pg_temp.answer('{"op": "read", "name": "customers",
                           "root": {"select": [{"name": "id"}],
                                    "embed": [{"name": "latest", "select": [{"name": "id"}]}],
                                    "order": [{"name": "id"}]}}'),
          '[{"id": 1, "latest": {"id": 11}}, {"id": 2, "latest": {"id": 12}}]',
          'a function from row to row is a relationship');
select is(pg_temp.answer('{"op": "read", "name": "orders",
                           "root": {"select": [{"name": "customer_id"}, {"name": "total", "agg": "sum"}],
                                    "order": [{"name": "customer_id"}]}}'),
          '[{"customer_id": 1, "sum": 200}, {"customer_id": 2, "sum": 200}]',
          'aggregates group by the other fields');
select is(pg_temp.refusal('{"op": "read", "name": "orders",
                            "root": {"select": [{"name": "id"}], "embed": [{"name": "customers"}]}}'),
          '300 PGRST201: Could not embed because more than one relationship was found for ''orders'' and ''customers''',
          'two keys to one table are ambiguous');
select is(pg_temp.answer('{"op": "read", "name": "orders",
                           "root": {"select": [{"name": "id"}],
                                    "embed": [{"name": "customers", "hint": "referrer_id", "join": "inner",
                                               "select": [{"name": "name"}]}], "order": [{"name": "id"}]}}'),
          '[{"id": 10, "customers": {"name": "Bob"}}, {"id": 12, "customers": {"name": "Ada"}}]',
          'a hint chooses, inner filters');
select is(
  pg_temp.refusal('{"op": "read", "name": "orders",
                    "root": {"select": [{"name": "id"}], "embed": [{"name": "folders"}]}}'),
  '400 PGRST200: Could not find a relationship between ''orders'' and ''folders'' in the schema cache',
  'no key, no embed');
select is(pg_temp.refusal('{"op": "read", "name": "order"}'),
          '404 PGRST205: Could not find the table ''shop.order'' in the schema cache', 'an unknown table');
select is(pg_temp.refusal('{"op": "read", "name": "orders", "accept": ["image/png"]}'),
          '406 PGRST107: None of these media types are available: image/png',
          'a media type that nobody makes');
select is(pg_temp.refusal('{"op": "insert", "name": "customers", "columns": ["nope"],
                            "body": {"lit": 1, "object": true}}'),
          '400 PGRST204: Could not find the ''nope'' column of ''customers'' in the schema cache',
          'an unknown column in a body');
select is(pg_temp.refusal('{"op": "put", "name": "customers",
                            "where": [{"name": "name", "op": "eq", "lit": 1}]}'),
          '405 PGRST105: Filters must include all and only primary key columns with ''eq'' operators',
          'a put that does not name the key');
select is(pg_temp.refusal('{"op": "call", "name": "nothing", "args": ["x"], "get": true, "direct": {}}'),
          '404 PGRST202: Could not find the function shop.nothing(x) in the schema cache',
          'an unknown function');
select is(pg_temp.refusal('{"op": "call", "name": "double", "args": ["amount"], "get": true,
                            "direct": {"amount": {"lit": 1, "all": 2}}}'),
          '300 PGRST203: Could not choose the best candidate function between: shop.double(amount => integer), shop.double(amount => text)',
          'overloads that differ by type alone');
select is(pg_temp.answer('{"op": "call", "name": "big_orders", "args": ["floor"], "get": true,
                           "direct": {"floor": {"lit": 1, "all": 2}},
                           "root": {"select": [{"name": "id"}],
                                    "embed": [{"name": "customers", "hint": "customer_id",
                                               "select": [{"name": "name"}]}]}}', '200', '{"200"}'),
          '[{"id": 12, "customers": {"name": "Bob"}}]', 'a function''s rows embed like a table''s');
select is(pg_temp.answer('{"op": "call", "name": "take", "content": "json",
                           "body": {"lit": 1, "object": true}, "args": ["a"]}', '{"a":1}'),
          '{"a": 1}', 'a single unnamed json parameter takes the body');
select is((pg_temp.compile('{"op": "call", "name": "big_orders", "args": [], "content": "json",
                             "body": {"lit": 1, "object": true}, "lits": 1}') ->> 'read_only')::boolean,
          true, 'a stable function runs read-only');
select is(pg_temp.compile('{"op": "info", "name": "open_orders"}') ->> 'allow',
          'OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE', 'a simple view can do all');
select is(pg_temp.compile('{"op": "read", "name": "orders", "lits": 2,
                            "root": {"select": [{"name": "id"}],
                                     "where": [{"name": "id", "op": "eq", "lit": 2}]}}') -> 'types',
          '[25, 0]', 'a literal without a use is text, one with a use takes its type from there');
select * from finish();
rollback;
