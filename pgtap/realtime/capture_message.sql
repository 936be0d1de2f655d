begin;
select plan(3);

insert into realtime.messages (topic, extension, event, payload)
values ('t', 'broadcast', 'e', '{}'), ('t', 'presence', 'e', '{}'), ('t', 'broadcast', null, '{}');
select results_eq($$ select new ->> 'event', (new -> 'private')::boolean from realtime.changes $$,
                  $$ values ('e', false) $$, 'broadcasts with an event go out');
delete from realtime.changes;
select set_config('realtime.quiet', 'on', true);
insert into realtime.messages (topic, extension, event) values ('t', 'broadcast', 'e');
select is_empty('select from realtime.changes', 'what the server stores for replay does not');
select has_trigger('realtime', 'messages', 'messages_capture', 'the trigger is there');

select * from finish();
rollback;
