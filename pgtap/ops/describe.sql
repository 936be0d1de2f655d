begin;
select plan(5);

create schema shop;
create type shop.state as enum ('open', 'done');
create type shop.point as (x int, y int);
create domain shop.name as text not null;
create table shop.people (id bigint generated always as identity primary key, name shop.name, at shop.point);
create table shop.orders (id uuid primary key default gen_random_uuid(),
                          person_id bigint not null references shop.people,
                          state shop.state not null default 'open', tags text[]);
create view shop.open_orders as select id, person_id from shop.orders where state = 'open';
create function shop.total(_person bigint, _since date default null)
  returns table (person bigint, sum numeric) language sql as $$
  select 1::bigint, 1::numeric $$;
create temporary table d as select ops.describe('{shop,nowhere}') -> 0 as shop;

select is((select jsonb_path_query_array(shop, '$.relations[*].name') from d),
          '["open_orders", "orders", "people"]', 'relations are there by name');
select is((select jsonb_path_query_first(shop, '$.relations[1].relationships[0]') from d),
          '{"name": "orders_person_id_fkey", "schema": "shop", "relation": "people", "columns": ["person_id"],
            "referenced": ["id"], "one_to_one": false}',
          'a foreign key is a relationship');
select is((select jsonb_path_query_array(shop, '$.relations[2].columns[*] ? (@.generated == true).name')
             from d),
          '["id"]', 'what is generated is marked');
select is(
  (select jsonb_path_query_first(shop, '$.functions[0]') #- '{returns}' #- '{roles}' from d),
  '{"name": "total", "comment": "", "set": true,
    "arguments": [{"name": "_person", "type": {"kind": "base", "schema": "pg_catalog", "name": "int8"},
                   "default": false},
                  {"name": "_since", "type": {"kind": "base", "schema": "pg_catalog", "name": "date"},
                   "default": true}],
    "columns": [{"name": "person", "type": {"kind": "base", "schema": "pg_catalog", "name": "int8"}},
                {"name": "sum", "type": {"kind": "base", "schema": "pg_catalog", "name": "numeric"}}]}',
  'a function has its arguments and its columns');
select is((select jsonb_build_array(shop -> 'enums' -> 0 -> 'labels', shop -> 'composites' -> 0 -> 'name')
             from d),
          '[["open", "done"], "point"]', 'enums and composites are there');

select * from finish();
rollback;
