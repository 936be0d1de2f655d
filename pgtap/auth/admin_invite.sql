begin;
select plan(4);
select tests.catch_mail();
select results_eq($$ select status, body ? 'invited_at'
                       from auth.admin_invite('ada@example.test', '{}', tests.token('1', 'a'), null, '{}') $$,
                  $$ values (200, true) $$, 'somebody is invited');
select results_eq('select recipient, template from tests.sent', $$ values ('ada@example.test', 'invite') $$,
                  'by mail');
update auth.users set email_confirmed_at = now();
select results_eq($$ select status, body ->> 'code'
                       from auth.admin_invite('ada@example.test', '{}', tests.token('1', 'b'), null, '{}') $$,
                  $$ values (422, 'email_exists') $$, 'who is there is not invited');
select tests.as_anon();
select throws_ok($$ select auth.admin_invite(null, null, null, null, '{}') $$, '42501', null,
                 'anon may not call it');
select * from finish();
rollback;
