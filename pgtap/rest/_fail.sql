begin;
select plan(2);
\ir ../fixtures/shop.sql
select throws_ok($$ select rest._fail(418, 'PGRST999', 'no') $$, 'HW000', 'no',
                 'a refusal is an error of its own kind');
select is(pg_temp.compile('{"op": "read", "name": "order"}') -> 'suggest' ->> 'word', 'order',
          'what a hint is made of travels with it');
select * from finish();
rollback;
