begin;
select plan(2);

insert into auth.users (email) values ('ada@example.test');
select is((auth._issue_session(u, 'password', '192.0.2.1', repeat('x', 2000), '2026-01-01Z')).amr,
          '[{"method": "password", "timestamp": 1767225600}]', 'the session says how its user came in') from auth.users u;
select results_eq('select aal, refresh_counter, length(user_agent) from auth.sessions', $$ values ('aal1', 0::bigint, 1024) $$,
                  'it begins at aal1 and counter 0, and long agents are cut');

select * from finish();
rollback;
