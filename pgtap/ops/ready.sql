begin;
select plan(4);

select results_eq($$ select status, body ->> 'ready' from ops.ready() $$, $$ values (200, 'true') $$,
                  'a migrated database is ready');
select tests.as_login();
select lives_ok($$ select ops.ready() $$, 'the server''s login may ask');
select tests.as_owner();
revoke service_role from authenticator;
select results_eq($$ select status, body ->> 'reason' from ops.ready() $$,
                  $$ values (503, 'authenticator may not become service_role') $$,
                  'a missing role membership is named');
select tests.as_anon();
select throws_ok($$ select ops.ready() $$, '42501', null, 'anon may not ask');
select tests.as_owner();

select * from finish();
rollback;
