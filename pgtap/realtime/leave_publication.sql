begin;
select plan(2);

set local client_min_messages = 'error';
\ir ../fixtures/publication.sql
drop publication if exists supabase_realtime;

create publication supabase_realtime for table shop.one, shop.two, shop.parted;
alter publication supabase_realtime drop table shop.one, shop.parted;
select set_eq('select pg_temp.told()', array['two'],
              'a table that is dropped from the publication is disabled, with its partitions');
drop publication supabase_realtime;
select is_empty('select pg_temp.told()', 'dropping the publication disables its tables');

select * from finish();
rollback;
