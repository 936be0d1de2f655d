begin;
select plan(4);
insert into auth.sessions (id, user_id, created_at, tag)
values ('00000000-0000-0000-0000-00000000000b', tests.user('ada'), now(), null),
       ('00000000-0000-0000-0000-00000000000c', tests.user('ada'), now() - interval '1 hour', null),
       ('00000000-0000-0000-0000-00000000000d', tests.user('ada'), now(), 'impersonation');
select results_eq(
  $$ select (auth.user_delete(tests.user('ada'), '00000000-0000-0000-0000-00000000000c', null)).status,
            (auth.user_delete(tests.user('ada'), '00000000-0000-0000-0000-00000000000d', null)).status $$,
  $$ values (403, 403) $$, 'neither an old session nor one of impersonation deletes an account');
select results_eq($$ select (auth.user_delete(u.id, '00000000-0000-0000-0000-00000000000b', null)).status
                       from auth.users u $$,
                  array[204], 'a fresh one does');
select is_empty('select from auth.users', 'for good');
select tests.as_anon();
select throws_ok($$ select auth.user_delete(null, null, null) $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
