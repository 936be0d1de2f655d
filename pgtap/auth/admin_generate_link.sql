begin;
select plan(6);
create function pg_temp.link(_type text, _email text, _new text default null)
  returns table (status int, code text, flow text) language sql as $$
  select l.status, l.body ->> 'code', l.flow
    from auth.admin_generate_link(_type, _email, _new, null, '{}', tests.token('1', random()::text),
                                  null, '{}') l $$;
select results_eq($$ select * from pg_temp.link('recovery', 'ada@example.test') $$,
                  $$ values (404, 'user_not_found', null::text) $$, 'nobody recovers nothing');
select results_eq($$ select * from pg_temp.link('magiclink', 'ada@example.test') $$,
                  $$ values (200, null::text, 'signup') $$, 'a magic link for nobody signs up');
update auth.users set email_confirmed_at = now();
select results_eq($$ select * from pg_temp.link('magiclink', 'ada@example.test') $$,
                  $$ values (200, null::text, 'magiclink') $$, 'and for somebody signs in');
select results_eq($$ select * from pg_temp.link('invite', 'ada@example.test') $$,
                  $$ values (422, 'email_exists', null::text) $$, 'who is there is not invited');
select pg_temp.link('email_change_new', 'ada@example.test', 'new@example.test');
select results_eq($$ select relates_to from auth.one_time_tokens where kind = 'email_change_new' $$,
                  array['new@example.test'], 'a change''s code belongs to the new address');
select tests.as_anon();
select throws_ok($$ select auth.admin_generate_link(null, null, null, null, null, null, null, '{}') $$,
                 '42501', null, 'anon may not call it');
select * from finish();
rollback;
