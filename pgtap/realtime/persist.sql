begin;
select plan(2);

select tests.as_login();
select lives_ok($$ select realtime.persist(gen_random_uuid(), 't', 'e', '{"a": 1}', null) $$,
                'the server stores a broadcast');
select tests.as_owner();
select results_eq('select topic, private, payload from realtime.messages',
                  $$ values ('t', true, '{"a": 1}'::jsonb) $$, 'as one of a private channel');

select * from finish();
rollback;
