begin;
select plan(3);

insert into realtime.messages (topic, extension, event, payload, private, inserted_at)
select 't', 'broadcast', 'e' || n, '{}', true, now() - n * interval '1 minute' from generate_series(1, 30) n;
insert into realtime.messages (topic, extension, event, payload, private)
values ('t', 'broadcast', 'open', '{}', false), ('u', 'broadcast', 'other', '{}', true);
select results_eq($$ select event from realtime.replay('t', now() - interval '1 hour', 2) $$,
                  array['e2', 'e1'], 'the newest come, oldest first');
select is((select count(*) from realtime.replay('t', now() - interval '1 hour', 1000)), 25::bigint,
          'never more than 25');
select is_empty($$ select from realtime.replay('t', now() + interval '1 minute') $$,
                'nothing from before the moment');

select * from finish();
rollback;
