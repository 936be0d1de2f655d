begin;
select plan(8);

set local client_min_messages = 'error';
\ir ../fixtures/publication.sql
drop publication if exists supabase_realtime;

create publication supabase_realtime for table shop.one;
select set_eq('select pg_temp.told()', array['one'], 'a table that the publication is made with is enabled');
alter publication supabase_realtime add table shop.three, shop.parted;
select set_eq('select pg_temp.told()', array['one', 'three', 'parted'], 'so is one that is added');
create publication another for table shop.two;
select set_eq('select pg_temp.told()', array['one', 'three', 'parted'], 'other publications are left alone');
alter publication supabase_realtime drop table shop.three, shop.parted;
select set_eq('select pg_temp.told()', array['one'], 'a table that is dropped from it is disabled');
alter publication supabase_realtime add table shop.two (id);
alter publication supabase_realtime add table shop.three where (id > 5);
select set_eq('select pg_temp.told()', array['one'],
              'a table of which columns or rows are kept back is not enabled');
alter publication supabase_realtime set table shop.three;
select set_eq('select pg_temp.told()', array['three'], 'set table enables and disables');
select realtime.disable('shop.three');
alter publication supabase_realtime add table shop.one;
select set_eq('select pg_temp.told()', array['one'],
              'what was disabled by hand stays so when another is added');
drop publication supabase_realtime;
create publication supabase_realtime with (publish = 'insert');
alter publication supabase_realtime add table shop.one;
select is_empty('select pg_temp.told()', 'a publication of some operations enables nothing');

select * from finish();
rollback;
