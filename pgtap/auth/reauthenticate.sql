begin;
select plan(6);

select tests.catch_mail();
insert into auth.users (id, email, email_confirmed_at)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test', now());
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
create function pg_temp.ask(_session uuid default '00000000-0000-0000-0000-00000000000b')
  returns table (status int, code text) language sql as $$
  select r.status, r.body ->> 'code'
    from auth.reauthenticate('00000000-0000-0000-0000-00000000000a', _session,
                             tests.token('1', 'x'), null, '{}') r $$;
select results_eq('select * from pg_temp.ask()', $$ values (200, null::text) $$,
                  'a code goes to the caller''s address');
select results_eq('select recipient, template from tests.sent',
                  $$ values ('ada@example.test', 'reauthentication') $$, 'by mail');
select results_eq('select * from pg_temp.ask()', $$ values (429, 'over_email_send_rate_limit') $$,
                  'not twice in a minute');
select results_eq('select * from pg_temp.ask(null)', $$ values (403, 'session_not_found') $$,
                  'a token without a session asks in vain');
update auth.users set email_confirmed_at = null;
select results_eq('select * from pg_temp.ask()', $$ values (422, 'email_not_confirmed') $$,
                  'an address that is not confirmed gets none');
select tests.as_anon();
select throws_ok($$ select auth.reauthenticate(null, null, null, null, '{}') $$, '42501', null,
                 'anon may not call it');

select * from finish();
rollback;
