begin;
select plan(2);

insert into realtime.nodes (id) values ('00000000-0000-0000-0000-00000000000a');
select realtime.publish('00000000-0000-0000-0000-00000000000a', array['1', '2']::jsonb[]);
select is_empty('select from realtime.changes', 'a node alone says nothing');
insert into realtime.nodes (id) values ('00000000-0000-0000-0000-00000000000b');
select realtime.publish('00000000-0000-0000-0000-00000000000a', array['1', '2']::jsonb[]);
select results_eq($$ select new ->> 'from', new -> 'message' from realtime.changes order by id $$,
                  $$ values ('00000000-0000-0000-0000-00000000000a', '1'::jsonb),
                            ('00000000-0000-0000-0000-00000000000a', '2') $$,
                  'others hear it in order');

select * from finish();
rollback;
