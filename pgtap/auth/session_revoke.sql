begin;
select plan(3);
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', tests.user('ada')),
       ('00000000-0000-0000-0000-00000000000c', tests.user('ada')),
       ('00000000-0000-0000-0000-00000000000d', tests.user('bob'));
select results_eq($$ select status
                       from auth.session_revoke(tests.user('ada'), '00000000-0000-0000-0000-00000000000b',
                                                '00000000-0000-0000-0000-00000000000c', null) $$,
                  array[204], 'one of the own ends');
select results_eq($$ select status
                       from auth.session_revoke(tests.user('ada'), '00000000-0000-0000-0000-00000000000b',
                                                '00000000-0000-0000-0000-00000000000d', null) $$,
                  array[404], 'a stranger''s does not');
select tests.as_anon();
select throws_ok($$ select auth.session_revoke(null, null, null, null) $$, '42501', null,
                 'anon may not call it');
select * from finish();
rollback;
