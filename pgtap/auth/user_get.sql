begin;
select plan(6);

insert into auth.users (id, email) values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a');
create temporary view got as
  select g.status, coalesce(g.body ->> 'code', g.body ->> 'email') as what
    from auth.user_get('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b') g;
select results_eq('select * from got', $$ values (200, 'ada@example.test') $$,
                  'the user of a living session');
select results_eq($$ select status, body ->> 'code'
                       from auth.user_get('00000000-0000-0000-0000-00000000000a', null) $$,
                  $$ values (403, 'session_not_found') $$, 'no session, no user');
update auth.users set banned_until = now() + interval '1 hour';
select results_eq('select * from got', $$ values (403, 'user_banned') $$, 'a ban counts at once');
update auth.users set banned_until = null;
delete from auth.sessions;
select results_eq('select * from got', $$ values (403, 'session_not_found') $$, 'so does a sign-out');
delete from auth.users;
select results_eq('select * from got', $$ values (403, 'user_not_found') $$, 'and a deletion');
select tests.as_anon();
select throws_ok($$ select auth.user_get(null, null) $$, '42501', null, 'anon may not call it');

select * from finish();
rollback;
