begin;
select plan(4);
insert into auth.users (email) values ('ada@example.test');
create temporary table first as
  select o.*
    from auth.users u,
         auth._enter(u, 'oauth', 'google', null, 'agent', '{"session_timebox": 60}', '2026-01-01Z') o;
select results_eq($$ select claims #>> '{amr,0,provider}', counter from first $$,
                  $$ values ('google', 0::bigint) $$, 'a session says how its user came in');
select results_eq($$ select not_after from auth.sessions $$, array['2026-01-01 00:01Z'::timestamptz],
                  'and ends when its time is up');
select results_eq($$ select last_sign_in_at from auth.users $$, array['2026-01-01Z'::timestamptz],
                  'the user shows when');
select auth._enter(u, 'password', null, null, null, '{"single_session": true}', now()) from auth.users u;
select results_eq('select count(*)::int from auth.sessions', array[1],
                  'where one session is allowed, it is the newest');
select * from finish();
rollback;
