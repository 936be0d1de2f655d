begin;
select plan(8);

create temporary view settings as select '{"rate_limit_signup": 2}'::jsonb as s;
select results_eq($$ select status
                       from auth.sign_up_begin('ada@example.test', null, '192.0.2.1',
                                               (select s from settings), '2026-01-01Z') $$,
                  array[200], 'an address goes on');
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_up_begin('ada', null, '192.0.2.1', (select s from settings),
                                               '2026-01-01Z') $$,
                  $$ values (400, 'validation_failed') $$, 'what is no address does not');
select results_eq($$ select status, body ->> 'code', body -> 'retry_after'
                       from auth.sign_up_begin('ada@example.test', null, '192.0.2.1',
                                               (select s from settings), '2026-01-01Z') $$,
                  $$ values (429, 'over_request_rate_limit', '60'::jsonb) $$,
                  'an IP that tries often waits, refusals counted');
select results_eq($$ select status
                       from auth.sign_up_begin('ada@example.test', null, '192.0.2.2',
                                               (select s from settings), '2026-01-01Z') $$,
                  array[200], 'another IP does not');
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_up_begin('ada@example.test', null, '192.0.2.3',
                                               '{"disable_signup": true}') $$,
                  $$ values (422, 'signup_disabled') $$, 'sign-up can be off');
select results_eq($$ select status, body ->> 'code' from auth.sign_up_begin(null, null, '192.0.2.3', '{}') $$,
                  $$ values (422, 'anonymous_provider_disabled') $$, 'anonymous users are off by default');
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_up_begin('ada@example.test', null, '192.0.2.3',
                                               '{"email_enabled": false}') $$,
                  $$ values (400, 'email_provider_disabled') $$, 'e-mail can be off');
select tests.as_anon();
select throws_ok($$ select auth.sign_up_begin('ada@example.test', null, null, '{}') $$, '42501', null,
                 'anon may not call it');

select * from finish();
rollback;
