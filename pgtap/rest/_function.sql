begin;
select plan(6);
\ir ../fixtures/shop.sql
create function shop.many(variadic list int[]) returns int language sql immutable as 'select 1';
create function shop.pair(a int, b int default 2) returns shop.orders
  language sql volatile as 'select null::shop.orders';
select is(rest._functions('shop', 'pair') ->> 'composite', 'true', 'a function that answers a row');
select is(rest._functions('shop', 'many') -> 'params' -> 0 ->> 'variadic', 'true',
          'a variadic parameter is known');
select is(rest._takes_named(rest._functions('shop', 'pair'), '{a}', false), true,
          'defaults may be left away');
select is(rest._takes_named(rest._functions('shop', 'pair'), '{b}', false), false, 'others may not');
select is(rest._takes_named(rest._functions('shop', 'pair'), '{a,c}', false), false,
          'and nothing may be added');
select is((pg_temp.compile('{"op": "call", "name": "pair", "args": ["a"], "content": "json", "lits": 1,
                             "body": {"lit": 1, "object": true}}') ->> 'read_only')::boolean,
          false, 'a volatile function may write');
select * from finish();
rollback;
