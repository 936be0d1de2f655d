begin;
select plan(4);

create policy test_write on realtime.messages for insert to authenticated with check (topic = 'den');
select tests.as_user('ada');
select lives_ok($$ select realtime.send('{"n": 1}', 'e', 'den') $$, 'whom a policy lets, sends');
select throws_ok($$ select realtime.send('{"n": 1}', 'e', 'elsewhere') $$, '42501', null,
                 'whom none lets, does not');
select tests.as_owner();
select results_eq($$ select kind, new ->> 'topic', (new -> 'private')::boolean,
                            new #>> '{payload,n}', new ->> 'id' = new #>> '{payload,id}'
                       from realtime.changes $$,
                  $$ values ('MESSAGE', 'den', true, '1', true) $$,
                  'a message goes out on commit, private, with its id');
select realtime.send('{"id": "mine"}', 'e', 'den', false);
select results_eq($$ select new #>> '{payload,id}' from realtime.changes order by id desc limit 1 $$,
                  array['mine'], 'an id of the payload''s own stays');

select * from finish();
rollback;
