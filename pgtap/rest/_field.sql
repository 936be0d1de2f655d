begin;
select plan(10);
\ir ../fixtures/shop.sql
select is(rest._field('t', 'shop.customers'::regclass,
                      '{"name": "info", "path": [["->", "likes"], ["->>", 0]]}'),
          $$t.info->'likes'->>(0)$$, 'a path into jsonb');
select is(rest._field('t', 'shop.products'::regclass, '{"name": "tags", "path": [["->", 0]]}'),
          'to_jsonb(t.tags)->(0)', 'a path into anything else goes through jsonb');
select is(rest._field('t', 'shop.products'::regclass, '{"name": "a\"b"}'), 't."a""b"', 'a name is quoted');
select is(rest._path($$[["->", "x'y"]]$$), $$->'x''y'$$, 'so is a key');
select is(rest._filter('t', 'shop.orders'::regclass, '{"name": "id", "op": "in", "lit": 3}'),
          't.id = any ($3)', 'a list is one literal');
select is(rest._filter('t', 'shop.orders'::regclass, '{"name": "id", "op": "gte", "quant": "any", "lit": 1}'),
          't.id >= any($1)', 'a quantifier');
select is(
  rest._filter('t', 'shop.products'::regclass, '{"name": "name", "op": "wfts", "lang": "german", "lit": 1}'),
  $$to_tsvector('german', t.name) @@ websearch_to_tsquery('german', $1)$$, 'text search in a language');
select is(rest._filter('t', 'shop.products'::regclass, '{"name": "name", "op": "drop", "lit": 1}'), null,
          'an operator that is none renders nothing');
select is(rest._logic('t', 'shop.orders'::regclass,
                      '{"or": [{"name": "id", "op": "eq", "lit": 1},
                               {"and": [{"name": "id", "op": "is", "is": "null"}], "not": true}],
                        "not": true}',
                      '{}'),
          'not (t.id = $1 or not (t.id is null))', 'and, or and not nest');
select is(rest._order('t', 'shop.orders'::regclass,
                      '[{"name": "id", "dir": "desc", "nulls": "last"}, {"name": "total"}]', '{}'),
          't.id desc nulls last, t.total', 'order keeps its order');
select * from finish();
rollback;
