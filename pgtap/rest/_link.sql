begin;
select plan(7);
\ir ../fixtures/shop.sql
select is((select l.link ->> 'kind'
             from rest._direct_links('shop.items'::regclass, 'shop.orders'::regclass) as l(link)),
          'm2o', 'a foreign key leads to one');
select is((select l.link ->> 'kind'
             from rest._direct_links('shop.orders'::regclass, 'shop.items'::regclass) as l(link)),
          'o2m', 'and back to many');
select is((select l.link ->> 'inward'
             from rest._direct_links('shop.customers'::regclass, 'shop.profiles'::regclass) as l(link)),
          'true', 'a key that is a key of its own is one to one, from either side');
select is((select l.link ->> 'jname'
             from rest._junction_links('shop.orders'::regclass, 'shop.products'::regclass,
                                       '{shop}') as l(link)),
          'items', 'a table whose key holds both sides joins them');
select is_empty($$ select rest._junction_links('shop.orders'::regclass, 'shop.products'::regclass,
                                               '{public}') $$,
                'but not from a schema that is not exposed');
select is(rest._link('shop.orders'::regclass, 'orders', 'shop', 'customers',
                     'referrer_id', '{shop}') -> 'cols',
          '["referrer_id"]', 'a hint names the column');
select is(rest._computed_link('shop.customers'::regclass, 'shop', 'latest', '{shop}') ->> 'to_one', 'true',
          'a function of one row is a link to one');
select * from finish();
rollback;
