begin;
select plan(2);

set local client_min_messages = 'error';
create schema shop;
create table shop.one (id int primary key);
create table shop.two (id int primary key, secret text);
create table shop.three (id int primary key);
create table shop.parted (id int primary key) partition by list (id);
create table shop.part partition of shop.parted for values in (1);
create function pg_temp.told() returns setof name language sql set search_path = 'pg_catalog' as $$
  select c.relname
    from realtime._enabled() e
    join pg_class c on c.oid = e.relation
   where c.relnamespace = 'shop'::regnamespace $$;
drop publication if exists supabase_realtime;

create publication supabase_realtime for table shop.one, shop.two, shop.parted;
alter publication supabase_realtime drop table shop.one, shop.parted;
select set_eq('select pg_temp.told()', array['two'],
              'a table that is dropped from the publication is disabled, with its partitions');
drop publication supabase_realtime;
select is_empty('select pg_temp.told()', 'dropping the publication disables its tables');

select * from finish();
rollback;
