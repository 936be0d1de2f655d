begin;
select plan(7);
\ir ../fixtures/shop.sql
comment on table shop.customers is E'Buyers\n\nWho buys.';
comment on column shop.customers.name is 'As on the parcel.';
create temporary table doc as
  select rest.openapi('shop', '{"schemas": ["shop"], "mode": "ignore-privileges"}') as d;

select is(d ->> 'swagger', '2.0', 'it is a Swagger document') from doc;
select ok(d -> 'paths' ?& array['/customers', '/orders', '/rpc/double'], 'tables and functions have paths')
  from doc;
select is(d #>> '{definitions,customers,properties,name,type}', 'string', 'a column has its type') from doc;
select matches(d #>> '{definitions,customers,properties,name,description}', 'As on the parcel',
               'and its comment')
  from doc;
select ok(d #> '{definitions,customers,required}' ? 'name', 'what must be given is required') from doc;
select matches(d #>> '{definitions,orders,properties,customer_id,description}', 'customers',
               'a foreign key says where it leads')
  from doc;
select is(d -> 'paths' -> '/open_orders' ? 'get', true, 'a view can be read') from doc;

select * from finish();
rollback;
