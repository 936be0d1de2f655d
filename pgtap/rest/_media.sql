begin;
select plan(6);
\ir ../fixtures/shop.sql
create domain shop."text/tab-separated-values" as text;
create function shop.tsv_step(text, shop.products) returns text
  language sql immutable as $$
  select $1 || $2.sku || chr(9) || $2.name || chr(10) $$;
create function shop.tsv_end(text) returns shop."text/tab-separated-values"
  language sql immutable as $$
  select $1::shop."text/tab-separated-values" $$;
create aggregate shop.tsv(shop.products) (sfunc = shop.tsv_step, stype = text, initcond = '',
                                          finalfunc = shop.tsv_end);
select is(rest._handler('shop', 'products', 'text/tab-separated-values', '{shop}') ->> 'call', 'shop.tsv',
          'an aggregate over the table''s row handles its media type');
select is(rest._handler('shop', 'orders', 'text/tab-separated-values', '{shop}'), null,
          'and no other table''s');
select is(rest._negotiate('["image/png", "text/csv"]', 'shop', 'orders', true,
                          '{"schemas": ["shop"], "plan": false}') ->> 'media',
          'text/csv', 'the first type that is there');
select is(rest._negotiate('["*/*"]', 'shop', 'orders', true,
                          '{"schemas": ["shop"], "plan": false}') ->> 'media',
          'application/json', 'JSON for any');
select throws_ok($$ select rest._negotiate('[{"plan": "json", "for": "application/json", "title": "plan"}]',
                                           'shop', 'orders', true, '{"schemas": ["shop"], "plan": false}') $$,
                 'HW000', null, 'no plan where plans are off');
select is(rest._body_of('{"media": "application/vnd.pgrst.object+json;nulls=stripped"}', null),
          $$coalesce(json_strip_nulls(json_agg(h_row)->0), 'null')$$, 'one object, its nulls stripped');
select * from finish();
rollback;
