begin;
select plan(6);

insert into realtime.changes (slot, xid, kind, made_at)
values (0, '30', 'BUS', now() - interval '3 hours'),
       (1, '31', 'BUS', now() - interval '3 hours'),
       (1, '32', 'BUS', now()),
       (2, '33', 'BUS', now() - interval '4 hours');
insert into realtime.messages (topic, extension, inserted_at)
values ('t', 'broadcast', now() - interval '5 days'), ('t', 'broadcast', now());
select tests.as_login();
select lives_ok($$ select realtime.trim('2 hours') $$, 'the server trims');
select tests.as_owner();
select results_eq('select xid::text from realtime.changes order by id', array['31', '32'],
                  'slots that are old as a whole are emptied');
select is((select trimmed::text from realtime.settings), '33', 'the newest that was trimmed is remembered');
select is((select slot_seconds from realtime.settings), 3600, 'the retention is two slots');
select is((select count(*) from realtime.messages), 1::bigint, 'messages older than three days go');
select isnt_empty($$ select from pg_inherits
                      where inhrelid = to_regclass('realtime.messages_' || to_char(
                              now() + interval '1 day', 'YYYY_MM_DD')) $$,
                  'tomorrow has its partition');

select * from finish();
rollback;
