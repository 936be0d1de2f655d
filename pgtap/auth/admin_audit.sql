begin;
select plan(4);
select auth._audit('login', 'account', tests.user('ada'), null, '192.0.2.1'),
       auth._audit('logout', 'account', tests.user('bob'), null, null);
select results_eq($$ select total, body #>> '{0,payload,action}' from auth.admin_audit(1, 50, null, null) $$,
                  $$ values (2::bigint, 'logout') $$, 'newest first');
select results_eq($$ select total, body #>> '{0,payload,actor_username}'
                       from auth.admin_audit(1, 50, 'author', 'ADA') $$,
                  $$ values (1::bigint, 'ada@example.test') $$, 'by author');
select results_eq($$ select status from auth.admin_audit(1, 50, 'name', 'x') $$, array[400],
                  'an unknown scope is refused');
select tests.as_anon();
select throws_ok($$ select auth.admin_audit(1, 1, null, null) $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
