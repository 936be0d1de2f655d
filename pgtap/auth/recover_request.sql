begin;
select plan(5);

select tests.catch_mail();
insert into auth.users (email, email_confirmed_at) values ('ada@example.test', now());
select results_eq(
  $$ select status, body
       from auth.recover_request('ADA@example.test', tests.token('1', 'a'), '192.0.2.1', '{}') $$,
  $$ select status, body
       from auth.recover_request('bob@example.test', tests.token('2', 'b'), '192.0.2.2', '{}') $$,
  'known and unknown answer alike');
select results_eq('select recipient, template, sealed from tests.sent', $$
                    values ('ada@example.test', 'recovery', convert_to('rec', 'UTF8')) $$,
                  'the known one gets the sealed secrets');
select results_eq(
  $$ select status, body ->> 'code'
       from auth.recover_request('ada@example.test', tests.token('3', 'c'), '192.0.2.1', '{}') $$,
  $$ select status, body ->> 'code'
       from auth.recover_request('bob@example.test', tests.token('4', 'd'), '192.0.2.2', '{}') $$,
  'and wait alike');
select results_eq('select recovery_sent_at is not null from auth.users', array[true], 'the user shows when');
select tests.as_anon();
select throws_ok($$ select auth.recover_request(null, null, null, '{}') $$, '42501', null,
                 'anon may not call it');

select * from finish();
rollback;
