begin;
select plan(3);
insert into auth.sessions (user_id, not_after)
values (tests.user('ada'), '2026-01-01Z'), (tests.user('ada'), null);
insert into auth.flow_states (purpose, expires_at) values ('oauth', '2026-01-01Z');
insert into auth.lockouts (key, failures, failed_at) values ('k', 1, '2026-01-01Z');
select auth._keep_token(tests.user('ada'), 'recovery', 'recovery', 'ada@example.test',
                        tests.token('1', 'x'), '{}', '2026-01-01Z');
select is(auth.purge_auth(_now => '2026-01-03Z'), 4, 'what has expired goes');
select results_eq('select count(*)::int from auth.sessions', array[1], 'what lasts stays');
select tests.as_anon();
select throws_ok($$ select auth.purge_auth() $$, '42501', null, 'anon may not call it');
select * from finish();
rollback;
