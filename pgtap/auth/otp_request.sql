begin;
select plan(10);

select tests.catch_mail();
create temporary view settings as
  select '{"autoconfirm": false, "mail_gap": 0, "sms_gap": 0, "phone_enabled": true,
           "rate_limit_enabled": false}'::jsonb as s;
create function pg_temp.otp(_email text, _create boolean default true, _phone text default null)
  returns table (status int, code text) language sql as $$
  select o.status, o.body ->> 'code'
    from auth.otp_request(_email, _phone, _create, '{}', tests.token('123456', random()::text),
                          null, (select s from settings)) o $$;

select results_eq($$ select * from pg_temp.otp('ada@example.test', false) $$,
                  $$ values (422, 'otp_disabled') $$, 'an unknown address needs leave to become a user');
select results_eq($$ select * from pg_temp.otp('Ada@example.test') $$, $$ values (200, null::text) $$,
                  'with leave it becomes one');
select results_eq('select kind, purpose, relates_to from auth.one_time_tokens',
                  $$ values ('confirmation', 'email', 'ada@example.test') $$, 'who has something to confirm');
select pg_temp.otp('ada@example.test');
select results_eq('select count(*)::int from auth.one_time_tokens', array[1],
                  'a newer token replaces the older');
update auth.users set email_confirmed_at = now();
select pg_temp.otp('ada@example.test', false);
select results_eq('select template from tests.sent order by id',
                  array['confirmation', 'confirmation', 'magic_link'], 'who is confirmed gets a magic link');
select results_eq($$ select * from pg_temp.otp(null, true, '+43 660 1234567') $$,
                  $$ values (200, null::text) $$, 'a phone works alike');
select results_eq($$ select recipient from tests.sent order by id desc limit 1 $$, array['436601234567'],
                  'and is kept as digits');
select results_eq($$ select status, body ->> 'code'
                       from auth.otp_request('eve@example.test', null, true, '{}', tests.token('1', 'x'),
                                             null, '{"disable_signup": true}') $$,
                  $$ values (422, 'signup_disabled') $$, 'sign-up can be off');
select auth.otp_request('eve@example.test', null, false, '{}', '{}', '192.0.2.1',
                        '{"rate_limit_magiclink": 1, "rate_limit_otp": 0}', 'magiclink');
select results_eq($$ select status
                       from auth.otp_request('eve@example.test', null, false, '{}', '{}', '192.0.2.1',
                                             '{"rate_limit_magiclink": 1}', 'magiclink') $$,
                  array[429], 'magic links have a limit of their own');
select tests.as_anon();
select throws_ok($$ select auth.otp_request(null, null, null, null, null, null, '{}') $$, '42501', null,
                 'anon may not call it');

select * from finish();
rollback;
