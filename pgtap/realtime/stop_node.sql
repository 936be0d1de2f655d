begin;
select plan(2);

select realtime.start_node('00000000-0000-0000-0000-00000000000a'),
       realtime.sleep('00000000-0000-0000-0000-00000000000a');
insert into realtime.subscriptions (node, id, role, claims, schema_name, table_name, event)
values ('00000000-0000-0000-0000-00000000000a', 1, 'anon', '{}', '*', '*', '*');
select realtime.stop_node('00000000-0000-0000-0000-00000000000a');
select is_empty('select from realtime.nodes', 'a node goes');
select is_empty('select from realtime.subscriptions', 'and its subscriptions with it');

select * from finish();
rollback;
