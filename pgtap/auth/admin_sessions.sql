begin;
select plan(2);
insert into auth.sessions (user_id, ip) values (tests.user('ada'), '192.0.2.1');
select results_eq($$ select body #>> '{0,ip}' from auth.admin_sessions(tests.user('ada')) $$,
                  array['192.0.2.1'], 'where a user is signed in');
select tests.as_anon();
select throws_ok($$ select auth.admin_sessions(null) $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
