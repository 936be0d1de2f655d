begin;
select plan(1);

insert into realtime.nodes (id) values ('00000000-0000-0000-0000-00000000000a');
insert into realtime.subscriptions (node, id, role, claims, schema_name, table_name, event)
select '00000000-0000-0000-0000-00000000000a', g, 'anon', '{}', '*', '*', '*' from generate_series(1, 3) g;
select realtime.unsubscribe('00000000-0000-0000-0000-00000000000a', '{1,3}');
select results_eq('select id from realtime.subscriptions', array[2::bigint], 'the named subscriptions end');

select * from finish();
rollback;
