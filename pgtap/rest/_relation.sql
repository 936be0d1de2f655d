begin;
select plan(7);
\ir ../fixtures/shop.sql
create view shop.twice as
  select o.id, o.customer_id, o.customer_id as again, c.name as "odd (name}"
    from shop.orders o
    join shop.customers c on c.id = o.customer_id;
create view shop.over as select t.again, (select 1) as id from shop.twice t;
select is(rest._relation('shop', 'nope'), null, 'no such relation');
select is(rest._key(rest._relation('shop', 'items')), '{order_id,sku}', 'the key of a table');
select is(rest._key(rest._relation('shop', 'open_orders')), '{id}', 'a view that shows the key has it');
select is(rest._key(rest._relation('shop', 'over')), '{}', 'one that does not has none');
select set_eq($$ select col::text, num::int
                   from rest._origins('shop.twice'::regclass)
                  where base = 'shop.orders'::regclass $$,
              $$ values ('id', 1), ('customer_id', 2), ('again', 2) $$,
              'columns of a view lead to their table');
select set_eq($$ select col::text, base::regclass::text
                   from rest._origins('shop.over'::regclass)
                  where base <> 'shop.over'::regclass $$,
              $$ values ('again', 'shop.twice'), ('again', 'shop.orders') $$,
              'through views over views too, but not out of a subquery');
select is(rest._base_type('shop.color'::regtype), 'integer'::regtype::oid, 'the type under a domain');
select * from finish();
rollback;
