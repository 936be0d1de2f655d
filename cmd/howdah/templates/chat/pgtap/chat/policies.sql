begin;
select plan(8);

select tests.user('ada'), tests.user('bob');
select tests.as_user('ada');
create temporary table at as select public.open_room('weaving') as room;
grant select on at to public;
select lives_ok('insert into messages (room_id, body) select room, $$hi$$ from at', 'a member speaks');
select results_eq('select body from messages', array['hi'], 'and hears it');
select tests.as_user('bob');
select is_empty('select * from rooms', 'a stranger does not see the room');
select is_empty('select * from messages', 'nor what is said in it');
select throws_ok('insert into messages (room_id, body) select room, $$hi$$ from at', '42501', null, 'nor can he speak');
select public.join_room(room) from at;
select results_eq('select body from messages', array['hi'], 'who joins hears what was said');
select is_empty('delete from messages returning 1', 'but deletes nothing of others');
select tests.as_anon();
select throws_ok('select * from messages', '42501', null, 'without a user there is nothing to hear');
select tests.as_owner();

select * from finish();
rollback;
