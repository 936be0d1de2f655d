begin;
select plan(2);

select tests.as_user('ada');
select isnt(public.open_room('weaving'), null, 'a room has an id');
select results_eq('select user_id from members', array[tests.user('ada')], 'and its first member is who opened it');
select tests.as_owner();

select * from finish();
rollback;
