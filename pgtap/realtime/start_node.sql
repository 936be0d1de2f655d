begin isolation level repeatable read; -- one snapshot, whatever others do
select plan(2);

select tests.as_login();
select is(realtime.start_node('00000000-0000-0000-0000-00000000000a'), pg_current_snapshot()::text,
          'a node learns where to read on');
select is(realtime.start_node('00000000-0000-0000-0000-00000000000a'), pg_current_snapshot()::text,
          'also when it is there already');

select * from finish();
rollback;
