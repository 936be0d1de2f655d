begin;
select plan(1);

insert into rooms (id, name) values ('00000000-0000-0000-0000-000000000001', 'weaving');
select tests.as_user('ada');
select public.join_room('00000000-0000-0000-0000-000000000001'), public.join_room('00000000-0000-0000-0000-000000000001');
select results_eq('select user_id from members', array[tests.user('ada')], 'joining twice is once');
select tests.as_owner();

select * from finish();
rollback;
