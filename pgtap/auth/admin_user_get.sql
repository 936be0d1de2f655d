begin;
select plan(3);
insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
select results_eq($$ select status, body ->> 'email'
                       from auth.admin_user_get('00000000-0000-0000-0000-00000000000a') $$,
                  $$ values (200, 'ada@example.test') $$, 'a user');
select results_eq($$ select status, body ->> 'code' from auth.admin_user_get(null) $$,
                  $$ values (404, 'user_not_found') $$, 'or nobody');
select tests.as_anon();
select throws_ok($$ select auth.admin_user_get(null) $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
