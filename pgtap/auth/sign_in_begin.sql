begin;
select plan(7);

insert into auth.users (id, email, encrypted_password)
values ('00000000-0000-0000-0000-00000000000a', 'Ada@example.test', 'hash');
select results_eq($$ select status, user_id, password_hash
                       from auth.sign_in_begin('aDa@Example.test', null, '192.0.2.1', '{}') $$,
                  $$ values (200, '00000000-0000-0000-0000-00000000000a'::uuid, 'hash') $$,
                  'a known address in any case has a hash');
select results_eq($$ select status, user_id, password_hash
                       from auth.sign_in_begin('bob@example.test', null, '192.0.2.1', '{}') $$,
                  $$ values (200, null::uuid, null::text) $$, 'an unknown one goes on with none');
select auth.sign_in_begin('cleo@example.test', null, ('192.0.2.' || n)::inet,
                          '{"rate_limit_token": 2}', '2026-01-01Z')
  from generate_series(1, 2) n;
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_in_begin('cleo@example.test', null, '192.0.2.9',
                                               '{"rate_limit_token": 2}', '2026-01-01Z') $$,
                  $$ values (429, 'over_request_rate_limit') $$,
                  'an account is limited across the addresses of a network, known or not');
select results_eq($$ select status
                       from auth.sign_in_begin('cleo@example.test', null, '198.51.100.1',
                                               '{"rate_limit_token": 2}', '2026-01-01Z') $$,
                  array[200], 'from another network it is not: nobody locks a stranger out');
select is_empty($$ select from limits.windows where key like '%cleo%' $$, 'the address itself is not stored');
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_in_begin('ada@example.test', null, null, '{"email_enabled": false}') $$,
                  $$ values (422, 'email_provider_disabled') $$, 'e-mail can be off');
select tests.as_anon();
select throws_ok($$ select auth.sign_in_begin('ada@example.test', null, null, '{}') $$, '42501', null,
                 'anon may not call it');

select * from finish();
rollback;
