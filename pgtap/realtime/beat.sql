begin;
select plan(4);

insert into auth.sessions (id, user_id) values ('00000000-0000-0000-0000-000000000001', tests.user('ada'));
select realtime.start_node('00000000-0000-0000-0000-00000000000a'),
       realtime.start_node('00000000-0000-0000-0000-00000000000b');
select results_eq(
  $$ select status, body from realtime.beat('00000000-0000-0000-0000-00000000000a',
       array['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002']::uuid[],
       array[tests.user('ada'), tests.user('ada')]) $$,
  $$ values (200, '{"ended": ["00000000-0000-0000-0000-000000000002"]}'::jsonb) $$,
  'a node learns whose session has ended');
update auth.users set banned_until = 'infinity';
select is((select body
             from realtime.beat('00000000-0000-0000-0000-00000000000a',
                                array['00000000-0000-0000-0000-000000000001']::uuid[],
                                array[tests.user('ada')])),
          '{"ended": ["00000000-0000-0000-0000-000000000001"]}', 'a ban ends it, too');
select is((select status
             from realtime.beat('00000000-0000-0000-0000-00000000000a', '{}', '{}',
                                now() + interval '2 minutes')),
          200, 'a node beats on');
select is((select status from realtime.beat('00000000-0000-0000-0000-00000000000b', '{}', '{}')), 404,
          'one that was silent is forgotten');

select * from finish();
rollback;
