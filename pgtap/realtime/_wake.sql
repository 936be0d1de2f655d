begin;
select plan(2);

select lives_ok('select realtime._wake()', 'with nobody asleep nothing happens');
insert into realtime.sleepers (node) values (gen_random_uuid()), (gen_random_uuid());
select realtime._wake();
select is_empty('select from realtime.sleepers', 'the flags of sleepers are taken away');

select * from finish();
rollback;
