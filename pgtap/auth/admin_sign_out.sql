begin;
select plan(3);
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', tests.user('ada')),
       ('00000000-0000-0000-0000-00000000000c', tests.user('ada'));
select auth.admin_sign_out(tests.user('ada'), '00000000-0000-0000-0000-00000000000b', null);
select results_eq('select count(*)::int from auth.sessions', array[1], 'one session');
select auth.admin_sign_out(tests.user('ada'), null, null);
select is_empty('select from auth.sessions', 'or all');
select tests.as_anon();
select throws_ok($$ select auth.admin_sign_out(null, null, null) $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
