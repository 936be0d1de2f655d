begin;
select plan(3);

insert into auth.users (email) values ('ada@example.test');
select is((auth._issue_session(u, 'password', '192.0.2.1', repeat('x', 2000), '2026-01-01Z')).amr,
          '[{"method": "password", "timestamp": 1767225600}]', 'the session says how its user came in')
  from auth.users u;
select results_eq('select aal, refresh_counter, length(user_agent) from auth.sessions',
                  $$ values ('aal1', 0::bigint, 1024) $$,
                  'it begins at aal1 and counter 0, and long agents are cut');

insert into auth.sessions (user_id, user_agent, refreshed_at)
select u.id, 'idle', '2025-01-01Z' from auth.users u;
insert into auth.sessions (user_id, user_agent, created_at)
select u.id, 'in use', '2026-01-02Z' from auth.users u;
select auth._issue_session(u, 'password', null, 'new', '2026-01-03Z', '{"session_max": 2}') from auth.users u;
select results_eq('select user_agent from auth.sessions order by created_at', array['in use', 'new'],
                  'of more sessions than a user may have, those used last stay');

select * from finish();
rollback;
