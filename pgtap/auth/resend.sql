begin;
select plan(6);

select tests.catch_mail();
insert into auth.users (email, email_confirmed_at, email_change)
values ('ada@example.test', now(), 'new@example.test'), ('bob@example.test', null, null);
create function pg_temp.again(_type text, _email text) returns int language sql as $$
  select r.status
    from auth.resend(_type, _email, null, tests.token('1', 'n' || random()),
                     tests.token('2', 'c' || random()), null,
                     '{"mail_gap": 0, "rate_limit_enabled": false}') r $$;
select is(array[pg_temp.again('signup', 'ada@example.test'), pg_temp.again('signup', 'nobody@example.test')],
          array[200, 200], 'nothing to confirm and nobody there answer alike');
select is_empty('select from tests.sent', 'and send nothing');
select pg_temp.again('signup', 'bob@example.test');
select results_eq('select recipient, template from tests.sent',
                  $$ values ('bob@example.test', 'confirmation') $$, 'a pending sign-up is sent again');
select pg_temp.again('email_change', 'ada@example.test');
select results_eq($$ select recipient, template from tests.sent where id > 1 order by id $$,
                  $$ values ('new@example.test', 'email_change_new'),
                            ('ada@example.test', 'email_change_current') $$,
                  'a pending change goes to both ends');
select results_eq($$ select status from auth.resend('signup', 'bob', null, null, null, null, '{}') $$,
                  array[400], 'what is no address is refused');
select tests.as_anon();
select throws_ok($$ select auth.resend('signup', 'bob@example.test', null, null, null, null, '{}') $$,
                 '42501', null, 'anon may not call it');

select * from finish();
rollback;
