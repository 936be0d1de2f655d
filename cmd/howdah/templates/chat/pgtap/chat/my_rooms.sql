begin;
select plan(2);

select tests.as_user('ada');
create temporary table at as select public.open_room('weaving') as room;
grant select on at to public;
select results_eq('select private.my_rooms()', 'select room from at', 'it is the caller''s rooms');
select tests.as_user('bob');
select is_empty('select private.my_rooms()', 'and nobody else''s');
select tests.as_owner();

select * from finish();
rollback;
